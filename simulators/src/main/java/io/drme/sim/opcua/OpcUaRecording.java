package io.drme.sim.opcua;

import io.drme.sim.Listen;
import io.drme.sim.record.RecordOptions;
import io.drme.sim.record.RecordedProtocol;
import io.drme.sim.record.RecordingReader;
import io.drme.sim.record.RecordingWriter;
import io.drme.sim.record.ReplayOptions;
import io.drme.sim.record.Running;
import java.io.IOException;
import java.util.Set;

/** Records OPC UA servers by searching and sampling them, and plays them. */
public final class OpcUaRecording implements RecordedProtocol {
    /** For the service loader. */
    public OpcUaRecording() {}

    @Override
    public String name() {
        return "opcua";
    }

    @Override
    public Set<String> schemes() {
        return Set.of("opc.tcp");
    }

    @Override
    public Running record(RecordOptions options, RecordingWriter out) throws IOException {
        if (options.listen().isPresent()) {
            throw new IllegalArgumentException(
                    "--listen is for Modbus: an OPC UA server is searched and sampled beside its"
                            + " gateway; leave it out");
        }
        return new OpcUaRecorder(options, out);
    }

    @Override
    public Running replay(RecordingReader recording, ReplayOptions options) throws IOException {
        var listen =
                Listen.parse(options.listen())
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "--listen: '%s' is not %s"
                                                .formatted(options.listen(), Listen.EXPECTED)));
        return new OpcUaPlayer(Script.read(recording), listen, options);
    }
}
