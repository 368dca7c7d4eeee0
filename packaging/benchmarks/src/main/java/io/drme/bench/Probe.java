package io.drme.bench;

import io.drme.model.Batch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The floor: bare writes of a frame's size into a preallocated file, each with one fdatasync. */
final class Probe implements LogSide {
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

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public void commit(Batch scan) throws IOException {
        if (at + bytes.capacity() > FILE_BYTES) {
            at = 0;
        }
        file.write(bytes.clear(), at);
        file.force(false);
        at += bytes.capacity();
    }

    @Override
    public Content readBack() {
        return new Content(0, 0); // it keeps nothing
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
