"""A camera whose faults tests command, by the system's Python: rtsp_camera.py PORT [--login USER:PASSWORD].

It says "ready" when it is, gives an unmoving test picture as live H.264 at /gate, and reads commands from its
standard input: "size WIDTH HEIGHT" changes the resolution in mid-stream, "stall" keeps the session and gives
no more pictures, "go" goes on. It needs what rtsp_server.py needs, and gstreamer1.0-plugins-ugly (x264enc).
"""

import argparse
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 - the version must be chosen before

parser = argparse.ArgumentParser()
parser.add_argument("port")
parser.add_argument("--login")
arguments = parser.parse_args()
Gst.init(None)
if Gst.ElementFactory.find("x264enc") is None:
    sys.exit("no x264enc")

RAW = "video/x-raw,format=I420,framerate=10/1,width={},height={}"
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    "( videotestsrc is-live=true pattern=smpte ! valve name=valve ! capsfilter name=size caps="
    + RAW.format(320, 240)
    # One slice a picture: the payloader puts parameter sets before each slice of a key frame, which tears it.
    + " ! x264enc tune=zerolatency threads=1 sliced-threads=false key-int-max=10 bitrate=400"
    + " ! video/x-h264,profile=main ! h264parse ! rtph264pay name=pay0 config-interval=-1 )"
)
factory.set_shared(True)
media = []
factory.connect("media-configure", lambda _factory, made: media.append(made))

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(arguments.port)
if arguments.login:
    user, _, password = arguments.login.partition(":")
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    allowed = GstRtspServer.RTSPPermissions()
    for what in ("access", "construct"):
        allowed.add_permission_for_role("viewer", f"media.factory.{what}", True)
    factory.set_permissions(allowed)
server.get_mount_points().add_factory("/gate", factory)
server.attach(None)


def obey():
    """Carry out each line of the standard input."""
    for line in sys.stdin:
        command, *words = line.split()
        pipeline = media[-1].get_element()
        if command == "size":
            pipeline.get_by_name("size").set_property("caps", Gst.Caps.from_string(RAW.format(*words)))
        else:
            pipeline.get_by_name("valve").set_property("drop", command == "stall")


threading.Thread(target=obey, daemon=True).start()
sys.stdout.write("ready\n")
sys.stdout.flush()
GLib.MainLoop().run()
