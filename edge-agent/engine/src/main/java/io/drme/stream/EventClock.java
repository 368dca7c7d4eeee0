package io.drme.stream;

/** By which clock samples of several tags are put in order. */
enum EventClock {
    /** The devices': they must agree. */
    SOURCE,
    /** The gateway's, by which they came: for devices whose clocks differ. */
    GATEWAY
}
