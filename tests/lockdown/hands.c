/* Hands for a compositor without devices: loaded into cage (LD_PRELOAD), it puts wlroots' headless backend in the
 * place of the automatic one, with one output, one keyboard and one touch screen, and does what datagrams on a
 * socket say, an order a line:  "k CODE DOWN"  an evdev key;  "d ID X Y", "m ID X Y", "u ID"  a finger (X, Y from
 * 0 to 1). A datagram is answered by one byte once all of it is done.
 *
 * Declared by hand is the little that it uses of libwlroots.so.10 (0.15, as in Debian 12) and of libwayland. */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

struct wl_list { struct wl_list *prev, *next; };
struct wl_signal { struct wl_list listeners; };
struct wl_listener { struct wl_list link; void (*notify)(struct wl_listener *, void *); };
struct wl_display;
struct wl_event_loop;
struct wl_event_source;
struct wl_event_loop *wl_display_get_event_loop(struct wl_display *);
struct wl_event_source *wl_event_loop_add_fd(
    struct wl_event_loop *, int, uint32_t, int (*)(int, uint32_t, void *), void *);

struct wlr_backend;
struct wlr_output;
struct wlr_keyboard;
struct wlr_touch {
    const void *impl;
    struct { struct wl_signal down, up, motion, cancel, frame; } events;
    void *data;
};
struct wlr_input_device {
    const void *impl;
    int type;
    unsigned int vendor, product;
    char *name;
    double width_mm, height_mm;
    char *output_name;
    union { struct wlr_keyboard *keyboard; struct wlr_touch *touch; } as;
};
enum { KEYBOARD = 0, TOUCH = 2 };
struct key_event { uint32_t time_msec, keycode; bool update_state; int state; };
struct touch_event { struct wlr_input_device *device; uint32_t time_msec; int32_t touch_id; double x, y; };

struct wlr_backend *wlr_headless_backend_create(struct wl_display *);
struct wlr_output *wlr_headless_add_output(struct wlr_backend *, unsigned int, unsigned int);
void wlr_output_lock_attach_render(struct wlr_output *, bool);
struct wlr_input_device *wlr_headless_add_input_device(struct wlr_backend *, int);
void wlr_keyboard_notify_key(struct wlr_keyboard *, struct key_event *);

static struct wlr_input_device *keyboard, *screen;

static void emit(struct wl_signal *signal, void *data) {
    struct wl_list *at = signal->listeners.next;
    while (at != &signal->listeners) {
        struct wl_listener *listener = (struct wl_listener *)at; /* its link is its first member */
        at = at->next;
        listener->notify(listener, data);
    }
}

static uint32_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static void act(const char *order) {
    int one, two;
    struct touch_event finger = {.device = screen, .time_msec = now_ms()};
    if (sscanf(order, "k %d %d", &one, &two) == 2) {
        struct key_event key = {now_ms(), (uint32_t)one, true, two};
        wlr_keyboard_notify_key(keyboard->as.keyboard, &key);
        return;
    }
    struct wlr_touch *touch = screen->as.touch;
    if (sscanf(order, "d %d %lf %lf", &finger.touch_id, &finger.x, &finger.y) == 3)
        emit(&touch->events.down, &finger);
    else if (sscanf(order, "m %d %lf %lf", &finger.touch_id, &finger.x, &finger.y) == 3)
        emit(&touch->events.motion, &finger);
    else if (sscanf(order, "u %d", &finger.touch_id) == 1)
        emit(&touch->events.up, &finger);
    else
        return;
    emit(&touch->events.frame, NULL);
}

static int hear(int channel, uint32_t mask, void *data) {
    (void)mask, (void)data;
    char orders[4096], *rest = orders;
    struct sockaddr_un from;
    socklen_t size = sizeof from;
    ssize_t length = recvfrom(channel, orders, sizeof orders - 1, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
    if (length <= 0) return 0;
    orders[length] = 0;
    while (rest) act(strsep(&rest, "\n"));
    sendto(channel, ".", 1, MSG_DONTWAIT, (struct sockaddr *)&from, size);
    return 0;
}

struct wlr_backend *wlr_backend_autocreate(struct wl_display *display) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    unsigned int width = 1280, height = 720;
    const char *path = getenv("LOKET_HANDS"), *size = getenv("LOKET_SIZE");
    if (!path || strlen(path) >= sizeof address.sun_path) return NULL;
    if (size) sscanf(size, "%ux%u", &width, &height);
    strcpy(address.sun_path, path);
    int channel = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (channel < 0 || bind(channel, (struct sockaddr *)&address, sizeof address)) return NULL;
    struct wlr_backend *backend = wlr_headless_backend_create(display);
    if (!backend) return NULL;
    /* A display driver refuses a buffer of shared memory, so cage draws it; the headless backend would take it as
     * its picture, and what a capture then draws has old parts (wlroots 0.15 counts the ages of buffers wrongly). */
    wlr_output_lock_attach_render(wlr_headless_add_output(backend, width, height), true);
    keyboard = wlr_headless_add_input_device(backend, KEYBOARD);
    screen = wlr_headless_add_input_device(backend, TOUCH);
    wl_event_loop_add_fd(wl_display_get_event_loop(display), channel, 1 /* readable */, hear, NULL);
    unsetenv("LD_PRELOAD"); /* for cage alone, not for the browser that it starts */
    return backend;
}
