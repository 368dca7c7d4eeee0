package io.drme.driver;

import io.drme.model.Batch;

/** A driver that is asked for values: Modbus. */
public non-sealed interface PolledDriver extends Driver {

    /**
     * Reads each tag of one poll group once.
     *
     * @param group index into the poll groups that the driver was created with
     * @param out takes exactly one sample a tag of the group, in no particular order
     * @throws DriverException when the device is lost; what {@code out} holds then is void
     * @throws InterruptedException when the owner is asked to stop
     */
    void poll(int group, Batch out) throws DriverException, InterruptedException;
}
