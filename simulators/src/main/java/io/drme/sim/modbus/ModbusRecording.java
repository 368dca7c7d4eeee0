package io.drme.sim.modbus;

import io.drme.sim.Listen;
import io.drme.sim.record.BadRecordingException;
import io.drme.sim.record.RecordOptions;
import io.drme.sim.record.RecordedProtocol;
import io.drme.sim.record.RecordingReader;
import io.drme.sim.record.RecordingWriter;
import io.drme.sim.record.ReplayOptions;
import io.drme.sim.record.Running;
import java.io.IOException;
import java.util.Set;

/** Records Modbus devices by standing before them, and plays them. */
public final class ModbusRecording implements RecordedProtocol {
    /** For the service loader. */
    public ModbusRecording() {}

    @Override
    public String name() {
        return "modbus";
    }

    @Override
    public Set<String> schemes() {
        return Set.of("tcp", "rtu-tcp", "rtu");
    }

    @Override
    public Running record(RecordOptions options, RecordingWriter out) throws IOException {
        var device =
                LinkUrl.parse(options.url())
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "'%s' is not %s"
                                                .formatted(options.url(), LinkUrl.EXPECTED)));
        var listen =
                options.listen()
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "--listen is missing: a Modbus device is recorded from"
                                                + " between it and its gateway; give the address"
                                                + " that the gateway is to connect to, such as"
                                                + " --listen 1502"));
        return new ModbusRecorder(device, listen(listen, device.frames()), out);
    }

    @Override
    public Running replay(RecordingReader recording, ReplayOptions options) throws IOException {
        var device =
                LinkUrl.parse(recording.url())
                        .orElseThrow(() ->
                                new BadRecordingException(
                                        "%s: 'url' in the first line is not %s"
                                                .formatted(recording.name(), LinkUrl.EXPECTED)));
        var listen = listen(options.listen(), device.frames());
        return new ModbusPlayer(TimelineReader.read(recording), listen, options);
    }

    private static LinkUrl listen(String text, Frames frames) {
        return LinkUrl.listen(text, frames)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "--listen: '%s' is not %s%s"
                                        .formatted(
                                                text,
                                                Listen.EXPECTED,
                                                frames == Frames.TCP
                                                        ? ""
                                                        : ", or a serial port such as"
                                                                + " rtu:///tmp/line")));
    }
}
