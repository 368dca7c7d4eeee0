package io.drme.driver.gpio;

import java.time.Duration;

/**
 * Waits to the end for what must be done when a device is closed. A stop interrupts the thread that
 * closes, once or more often, and outputs have to be safe all the same.
 */
final class Undisturbed {
    private Undisturbed() {}

    /**
     * Waits for a thread, whatever interrupts come; the flag is set again afterwards.
     *
     * @param most of each wait; an interrupt begins a new one
     * @return whether it has ended
     */
    static boolean join(Thread thread, Duration most) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return thread.join(most);
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
