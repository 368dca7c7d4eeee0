package io.drme.sim.record;

import java.io.IOException;
import java.util.Set;

/**
 * A protocol whose devices can be recorded and played. Found by {@link java.util.ServiceLoader}.
 * Methods may block until the device or the file was read.
 */
public interface RecordedProtocol {
    /** The word in the head of a recording. */
    String name();

    /** The schemes of the URLs of its devices. */
    Set<String> schemes();

    /**
     * Begins to record; the caller closes {@code out} after the recorder.
     *
     * @throws IllegalArgumentException where an option is none of this protocol's; the message says
     *     which and what was expected
     * @throws IOException where the device or the address can't be had
     */
    Running record(RecordOptions options, RecordingWriter out) throws IOException;

    /**
     * Begins to play what a recording holds; reads it to its end.
     *
     * @throws IllegalArgumentException where an option is none of this protocol's
     * @throws BadRecordingException where the recording is none of this protocol's
     * @throws IOException where the address can't be had
     */
    Running replay(RecordingReader recording, ReplayOptions options) throws IOException;
}
