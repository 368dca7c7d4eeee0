package io.drme.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The floor: bare writes of a frame's size into a preallocated file, each with one fdatasync. */
final class Probe implements AutoCloseable {
    private static final int FILE_BYTES = 16 << 20;

    private final FileChannel file;
    private final ByteBuffer bytes;
    private long at;

    Probe(Path folder, int frameBytes) throws IOException {
        file =
                FileChannel.open(
                        folder.resolve("probe"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        file.write(ByteBuffer.allocate(FILE_BYTES), 0);
        file.force(true);
        bytes = ByteBuffer.allocateDirect(frameBytes);
    }

    void commit() throws IOException {
        if (at + bytes.capacity() > FILE_BYTES) {
            at = 0;
        }
        file.write(bytes.clear(), at);
        file.force(false);
        at += bytes.capacity();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
