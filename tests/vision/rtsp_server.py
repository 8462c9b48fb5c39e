"""An RTSP server for tests, by the system's Python: rtsp_server.py PORT FILE [--loop]; says "ready" when up.

It gives the H.264 of an MP4 file at /gate, at its own pace; with --loop for ever, as a camera does.
It needs Debian's python3-gi, gir1.2-gst-rtsp-server-1.0 and gstreamer1.0-plugins-{base,good}.
"""

import argparse
import itertools
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 - the version must be chosen before

parser = argparse.ArgumentParser()
parser.add_argument("port")
parser.add_argument("file")
parser.add_argument("--loop", action="store_true")
arguments = parser.parse_args()
Gst.init(None)


def samples(path):
    """Every picture of the file as it was encoded."""
    pipeline = Gst.parse_launch("filesrc name=file ! qtdemux ! appsink name=out sync=false")
    pipeline.get_by_name("file").set_property("location", path)
    pipeline.set_state(Gst.State.PLAYING)
    found = list(iter(lambda: pipeline.get_by_name("out").emit("pull-sample"), None))
    pipeline.set_state(Gst.State.NULL)
    return found


FILM = samples(arguments.file)
LAP_NS = sum(sample.get_buffer().duration for sample in FILM)


def pictures():
    """The film, with times that go on from lap to lap."""
    for lap in itertools.count() if arguments.loop else [0]:
        for sample in FILM:
            one = sample.get_buffer().copy()
            one.pts += lap * LAP_NS
            one.dts += lap * LAP_NS
            yield one


def configure(_factory, media):
    """Give whoever comes first the film from its beginning; the others join."""
    source = media.get_element().get_by_name("source")
    source.set_property("caps", FILM[0].get_caps())
    film = pictures()

    def feed(_source, _length):
        picture = next(film, None)
        if picture is None:
            source.emit("end-of-stream")
        else:
            source.emit("push-buffer", picture)

    source.connect("need-data", feed)


server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(arguments.port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch("( appsrc name=source format=time block=true ! rtph264pay name=pay0 pt=96 )")
factory.set_shared(True)
factory.connect("media-configure", configure)
server.get_mount_points().add_factory("/gate", factory)
server.attach(None)
sys.stdout.write("ready\n")
sys.stdout.flush()
GLib.MainLoop().run()
