package io.drme.driver;

/**
 * Writes to a device the tags that its configuration declares to be written, and no others.
 *
 * <p><b>Threads.</b> For any thread; one write to a device at a time.
 *
 * <p><b>Safe state.</b> A driver brings a tag that names a safe value to it when it connects, and,
 * unless the tag says otherwise, when it is closed: at a clean stop, and when a reload changes or
 * removes the device. What becomes of it when the process is killed is up to the device.
 */
public interface Outputs {

    /**
     * Sets a tag and reads back what stands there then, which also comes as a sample of the tag: at
     * once, or with the next poll. Bounded by the device's time limit.
     *
     * @param tag its place in the device's list of tags; one that may be written
     * @param rawBits as {@link Driver} gives them: before scaling; of a text the bits that {@link
     *     TagAddress.Writing#words} has for it
     * @return the raw bits that were read back; others than those given where the device does not
     *     follow
     * @throws DriverException.Unreachable where the device is away; whether it took the value is
     *     then not known
     * @throws DriverException.Refused where the device does not take it
     * @throws InterruptedException when the caller is asked to stop
     */
    long write(int tag, long rawBits) throws DriverException, InterruptedException;
}
