// Proof that the screen follows us: a code of blocks, new every few seconds, that the kiosk reads back from the
// compositor's picture. Above everything, a dialog and its veil included.
const SIDE = 4; // px, as in edge_agent/kiosk/screen/blocks.py

/** Paints the kiosk's latest nonce until the page goes; nothing where no screen is watched. */
export function proveScreen() {
  const canvas = document.createElement("canvas");
  canvas.id = "proof";
  canvas.ariaHidden = "true";
  canvas.popover = "manual";
  const pen = canvas.getContext("2d");
  const paint = async () => {
    let rows;
    try {
      const reply = await fetch("/layar");
      if (reply.status === 204) return clearInterval(painting);
      if (reply.status !== 200) return;
      rows = (await reply.text()).trim().split("\n");
    } catch {
      return; // the kiosk restarts: the old blocks stay, and grow old as they must
    }
    canvas.width = rows[0].length * SIDE;
    canvas.height = rows.length * SIDE;
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = "#fff";
    rows.forEach((row, y) => [...row].forEach((sign, x) => {
      if (sign === "1") pen.fillRect(x * SIDE, y * SIDE, SIDE, SIDE);
    }));
    if (!canvas.isConnected) document.body.append(canvas);
    if (canvas.matches(":popover-open")) canvas.hidePopover(); // and back, to stand above what opened since
    canvas.showPopover();
  };
  const painting = setInterval(paint, 5000);
  paint();
}
