"""A coded stream at the gate: its packets are kept undecoded until something moves in a key frame."""

from collections.abc import Iterator

from av import VideoFrame
from av.video.stream import VideoStream

from edge_agent.vision import CameraLost, Damaged
from edge_agent.vision.camera import Coded, Frame
from edge_agent.vision.decode import Decoder
from edge_agent.vision.gate import sizes
from edge_agent.vision.gate.capture import CaptureClock
from edge_agent.vision.gate.gops import Gops
from edge_agent.vision.gate.keeper import Keeper
from edge_agent.vision.gate.luma import luma_of
from edge_agent.vision.gate.onlooker import stands_alone
from edge_agent.vision.gate.sizes import Sizes

NO_KEY_S = 30.0
DISTRUST_S = 30.0
"""After two damaged groups within so long, nothing is shown before a whole group came sound: decoders notice
much of what is damaged, and not all."""
_NEVER = float("-inf")


class Stream:
    """One stream of one connection; a lap of a file is another. For one thread.

    While the gate is closed, key frames are decoded by themselves. Where one shows motion, the group before
    it and its own are decoded, so that the event has all of its frames with their true times.
    """

    def __init__(self, stream: VideoStream, keeper: Keeper) -> None:
        """Raises CameraLost: no decoder for it."""
        self.stream = stream
        self._keeper = keeper
        self._decoder, self._peeker = Decoder(stream), Decoder(stream, rough=True)
        self._gops: Gops[Coded] = Gops()
        self._clock = CaptureClock()
        self._sizes = Sizes()
        self._loud = self._tried = False
        """Whether this group had a loud packet, and whether it was decoded therefore."""
        self._flowing = False
        """Whether the decoder has all packets so far, and all pictures are shown."""
        self._wholly = False
        """Whether the decoder has all packets so far, as key frames are too far apart to wait for."""
        self._broken = True
        """Whether the decoder needs a key frame next."""
        self._sound = False
        """Whether any picture was decoded."""
        self._damaged_s = _NEVER
        self._distrusted = False
        """Whether pictures are decoded but not shown."""
        self._sound_group = False
        """Whether the group at hand has been decoded from its key frame on without damage."""
        self._key_s = _NEVER
        self._span_s = _NEVER
        """From the key frame before the latest to the latest; `_NEVER` where there were no two."""
        self._audit_s: float | None = None
        self._sifted_s: float | None = None
        self._given_s = _NEVER
        """The stream's time of the newest picture that was shown while all were."""

    def take(self, packet: Coded, now_s: float) -> Iterator[Frame]:
        """The frames worth looking at after one more packet. Raises CameraLost."""
        if packet.size == 0:
            yield from self._rest()
            return
        captured_s = self._clock.arrived(_shown_s(packet), now_s)
        if packet.is_keyframe:
            self._span_s = captured_s - self._key_s if self._key_s > _NEVER else _NEVER
        if packet.is_keyframe or self._key_s == _NEVER:
            self._key_s = captured_s
        if not self._keeper.settings.enabled:
            yield from self._flow(packet, captured_s)
            return
        self._gops.add(packet)
        if self._flowing:
            yield from self._flow(packet, captured_s)
        elif self._wholly and not (packet.is_keyframe and self._span_s <= self._longest_s):
            yield from self._decode_wholly(packet)
        elif packet.is_keyframe:
            yield from self._peek(packet, captured_s)
        else:
            yield from self._skip(packet, captured_s)

    @property
    def _longest_s(self) -> float:
        return self._keeper.settings.longest_wait_s

    def _peek(self, packet: Coded, captured_s: float) -> Iterator[Frame]:
        """A key frame while nothing moves: decoded by itself and compared."""
        self._wholly = False
        try:
            image = self._keeper.timed(lambda: self._peeker.alone(packet))
        except Damaged as damaged:
            self._gops.clear()
            self._is_damaged(damaged)
            return
        self._sound = True
        self._keeper.is_sound()
        moved = self._looks(image, captured_s)
        self._sizes = sizes.judge(self._sizes, loud=self._loud, moved=moved)
        self._loud = self._tried = False
        if self._keeper.is_open:
            yield from self._open_up()
            return
        ahead_s = self._keeper.pick(min(max(0.0, self._span_s), self._longest_s))
        self._audit_s = None if ahead_s is None else captured_s + ahead_s

    def _skip(self, packet: Coded, captured_s: float) -> Iterator[Frame]:
        """Any other packet while nothing moves: kept, and seldom decoded."""
        self._sizes, loud = sizes.hear(self._sizes, packet.size)
        self._loud |= loud
        since_s = captured_s - self._key_s
        if self._keeper.is_beckoned(captured_s):
            yield from self._open_up()
        elif not self._gops.current:
            if since_s > NO_KEY_S:
                raise CameraLost(f"no key frame within {NO_KEY_S:.0f} s; set one every 2 s in the camera")
        elif since_s > self._longest_s:
            self._wholly = True
            self._latest_of_group()
        elif loud and self._sizes.useful and not self._tried:
            self._tried = True
            image = self._latest_of_group()
            if image is not None and self._looks(image, captured_s):
                yield from self._open_up()
        elif self._audit_s is not None and captured_s >= self._audit_s:
            self._audit_s = None
            image = self._latest_of_group()
            if image is not None:
                yield Frame(image=image, captured_s=self._captured_s(image), audit=True)

    def _open_up(self) -> Iterator[Frame]:
        """The gate has opened: what was kept undecoded first."""
        self._flowing, self._broken = True, True
        for kept in [*self._gops.before, *self._gops.current]:
            yield from self._flow(kept, self._key_s)

    def _flow(self, packet: Coded, newest_s: float) -> Iterator[Frame]:
        """A packet while the gate is open: decoded, and all of it shown."""
        for image in self._decode(packet):
            shown_s, captured_s = _seconds(image.pts, image), self._captured_s(image)
            if shown_s is not None and shown_s <= self._given_s:
                continue  # its group was decoded before, and it was shown then
            self._given_s = self._given_s if shown_s is None else shown_s
            if self._distrusted:
                self._keeper.withhold(captured_s)
                continue
            if self._keeper.is_due(captured_s):
                self._looks(image, captured_s)
            yield from self._keeper.hand_on(image, captured_s)
        self._flowing = self._keeper.is_open
        if not self._flowing and newest_s - self._key_s > self._longest_s:
            self._wholly = True  # and the decoder stays as far as it is

    def _decode_wholly(self, packet: Coded) -> Iterator[Frame]:
        """Key frames are too far apart to wait for: all is decoded, and only the detector is spared."""
        for image in self._decode(packet):
            captured_s = self._captured_s(image)
            if self._keeper.is_due(captured_s):
                self._looks(image, captured_s)
            passed_s = captured_s - self._sifted_s if self._sifted_s is not None else 0.0
            self._sifted_s = captured_s
            if self._distrusted:
                self._keeper.withhold(captured_s)
            elif self._keeper.is_open:
                yield from self._keeper.hand_on(image, captured_s)
            elif self._keeper.pick(max(0.0, passed_s)) is not None:
                yield Frame(image=image, captured_s=captured_s, audit=True)

    def _rest(self) -> Iterator[Frame]:
        """The stream has ended: what the decoder still holds."""
        try:
            if (self._flowing or not self._keeper.settings.enabled) and not self._broken:
                for image in self._decoder.decode(None):
                    self._sound = True
                    yield from self._keeper.hand_on(image, self._captured_s(image))
            if not self._sound:
                raise Damaged("there is no picture in it")
        except Damaged as damaged:
            self._keeper.is_damaged(damaged)
        self._broken = True
        self._gops.clear()

    def _decode(self, packet: Coded) -> list[VideoFrame]:
        """The pictures that are ready; none until the next key frame once something was damaged."""
        if self._broken:
            if not packet.is_keyframe:
                return []
            self._decoder.restart()
            self._broken = False
        if packet.is_keyframe:
            self._distrusted &= not self._sound_group
            self._sound_group = True
        try:
            images = self._keeper.timed(lambda: self._decoder.decode(packet))
        except Damaged as damaged:
            self._broken = True
            self._is_damaged(damaged)
            return []
        if images:
            self._sound = True
            self._keeper.is_sound()
        return images

    def _looks(self, image: VideoFrame, captured_s: float) -> bool:
        """Look at a picture; whether something moved."""
        return self._keeper.look(luma_of(image), captured_s, alone=stands_alone(image))

    def _is_damaged(self, damaged: Damaged) -> None:
        now_s = self._keeper.now()
        self._distrusted |= now_s - self._damaged_s < DISTRUST_S
        self._damaged_s = now_s
        self._sound_group = False
        self._keeper.is_damaged(damaged)

    def _latest_of_group(self) -> VideoFrame | None:
        """The newest picture of the group at hand, decoded from its key frame on."""
        self._broken = True
        latest: VideoFrame | None = None
        for kept in self._gops.current:
            latest = next(reversed(self._decode(kept)), latest)
        return latest

    def _captured_s(self, image: VideoFrame) -> float:
        return self._clock.of(_seconds(image.pts, image), self._keeper.now())


def _shown_s(packet: Coded) -> float | None:
    """When the stream says that a packet's picture is to be shown; None where it does not say."""
    return _seconds(packet.dts if packet.pts is None else packet.pts, packet)


def _seconds(pts: int | None, of: "Coded | VideoFrame") -> float | None:
    return None if pts is None or of.time_base is None else float(pts * of.time_base)
