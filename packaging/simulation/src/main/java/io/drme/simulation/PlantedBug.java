package io.drme.simulation;

import io.drme.sync.ReceiverStore;
import io.drme.sync.SenderLog;

/** A mistake put in on purpose, to see that a world finds it. */
public enum PlantedBug {
    /** None. */
    NONE;

    /** The gateway's log as the sender sees it. */
    SenderLog around(SenderLog real) {
        return real;
    }

    /** The centre's store as the receiver sees it. */
    ReceiverStore around(ReceiverStore real) {
        return real;
    }
}
