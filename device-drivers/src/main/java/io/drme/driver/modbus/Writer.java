package io.drme.driver.modbus;

import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.Outputs;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/**
 * Writes coils and holding registers of one unit for people, and reads back what stands there then.
 *
 * <p>A bit, and a mask's bits, are set by function 22, in the device: to read the register, change
 * it and write it back would undo what the device or another master changes between. A value of
 * several registers goes in one request, so that nobody sees half of it.
 *
 * <p>Safe for use from any thread.
 */
final class Writer implements Outputs {
    private static final int ILLEGAL_FUNCTION = 1;

    private final DeviceSpec device;
    private final ModbusSettings settings;
    private final Lanes line;
    private final Clock clock;

    Writer(DeviceSpec device, Lanes line, Clock clock) {
        this.device = device;
        this.settings = (ModbusSettings) device.settings();
        this.line = line;
        this.clock = clock;
    }

    @Override
    public long write(int tag, long rawBits) throws DriverException, InterruptedException {
        var address = (ModbusAddress) device.tags().get(tag).address();
        long until = clock.nanoTime() + device.timeout().toNanos();
        WriteRequest request;
        try {
            request = Encoder.request(address, settings.unitId(), rawBits);
        } catch (Encoder.UnfitException e) {
            throw new DriverException.Refused(
                    "%s: %s; nothing was written".formatted(what(address), e.getMessage()), e);
        }
        try {
            send(address, request, until);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw new DriverException.Unreachable(
                    "%s gave no right answer to a write: %s"
                            .formatted(what(address), e.getMessage()),
                    e);
        }
        return readBack(address, request, rawBits);
    }

    private String what(ModbusAddress address) {
        return "%s (%s, unit %d), %s"
                .formatted(
                        device.name(),
                        settings.endpoint().url(),
                        settings.unitId(),
                        address.shown());
    }

    private Duration left(long untilNanos) {
        return Duration.ofNanos(untilNanos - clock.nanoTime());
    }

    private void send(ModbusAddress address, WriteRequest request, long until)
            throws IOException, DriverException, InterruptedException {
        try {
            line.write(request, left(until), new Trace());
        } catch (RefusalException e) {
            boolean single = request.function() == WriteRequest.ONE_REGISTER;
            if (e.code() != ILLEGAL_FUNCTION || !single) {
                throw refused(address, request, e);
            }
            sendAsSeveral(address, request, until);
        }
    }

    /** Some devices know only the function for several registers, of which one is a case. */
    private void sendAsSeveral(ModbusAddress address, WriteRequest request, long until)
            throws IOException, DriverException, InterruptedException {
        var value = Arrays.copyOfRange(request.request(), 3, request.request().length);
        var several = WriteRequest.registers(settings.unitId(), address.start(), value);
        try {
            line.write(several, left(until), new Trace());
        } catch (RefusalException e) {
            throw refused(address, several, e);
        }
    }

    private DriverException refused(
            ModbusAddress address, WriteRequest request, RefusalException refusal) {
        if (refusal.isUnreachable()) {
            return new DriverException.Unreachable(
                    "%s is not reached by its gateway: %s"
                            .formatted(what(address), refusal.getMessage()),
                    refusal);
        }
        boolean masked =
                request.function() == WriteRequest.MASKED && refusal.code() == ILLEGAL_FUNCTION;
        return new DriverException.Refused(
                "%s was not written: the device refused function %d by %s%s"
                        .formatted(
                                what(address),
                                request.function(),
                                refusal.getMessage(),
                                masked
                                        ? "; it can't set single bits of a register, and writing back the whole of it would undo what others change meanwhile: write the whole register by a tag of its own"
                                        : ""),
                refusal);
    }

    /**
     * What stands there now; the bits that were written where the registers are as they were sent.
     */
    private long readBack(ModbusAddress address, WriteRequest request, long written)
            throws DriverException, InterruptedException {
        var read =
                new Line.Read(settings.unitId(), address.area(), address.start(), address.width());
        byte[] values;
        try {
            // A time of its own: the device has taken the write, however long its turn took to
            // come. And without the wait of a slow unit, as a person looks at it.
            values = line.readNow(read, device.timeout(), new Trace());
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw new DriverException.Unreachable(
                    "%s took the write, but could not be read back: %s"
                            .formatted(what(address), e.getMessage()),
                    e);
        } catch (RefusalException e) {
            throw new DriverException.Refused(
                    "%s was written, but the device does not let it be read back: %s"
                            .formatted(what(address), e.getMessage()),
                    e);
        }
        if (holds(request, values)) {
            return written;
        }
        var batch = new Batch(1);
        Decoder.decode(address, values, address.start(), new Decoder.Sink(batch, 0).of(0));
        if (Quality.isBad(batch.qualities()[0])) {
            throw new DriverException.Refused(
                    "%s was written, and what stands there now has no value (%s)"
                            .formatted(what(address), Quality.reason(batch.qualities()[0]).text()),
                    null);
        }
        var name = batch.text(0);
        return name == null
                ? batch.bits()[0]
                : address.writing().orElseThrow().words().getOrDefault(name, 0L);
    }

    /** Whether registers are, bit by bit, what was sent; a single bit is told by its value. */
    private static boolean holds(WriteRequest request, byte[] values) {
        var sent = request.request();
        return switch (request.function()) {
            case WriteRequest.ONE_REGISTER -> Arrays.equals(sent, 3, 5, values, 0, 2);
            case WriteRequest.REGISTERS ->
                    Arrays.equals(sent, 6, sent.length, values, 0, values.length);
            default -> false;
        };
    }
}
