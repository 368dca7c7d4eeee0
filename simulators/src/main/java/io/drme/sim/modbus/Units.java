package io.drme.sim.modbus;

import io.drme.sim.DeviceContext;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.sim.fault.Moment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/** The units of a device and what they answer, faults included. Safe for use from any thread. */
final class Units {
    /** Exception of a gateway behind which a unit does not answer. */
    static final int TARGET_FAILED = 0x0B;

    private static final int EXCEPTION_BIT = 0x80;

    private final DeviceContext context;
    private final Map<Integer, Unit> units;
    private final ReentrantLock lock = new ReentrantLock();
    private final Random jitter;

    /** When the last restart that began was set. */
    private OptionalLong restartedNanos = OptionalLong.empty();

    private long backNanos = Long.MIN_VALUE;

    Units(DeviceContext context, Map<Integer, Unit> units) {
        this.context = context;
        this.units = new TreeMap<>(units);
        this.jitter = new Random(context.name().hashCode());
    }

    List<String> names() {
        return units.keySet().stream().map(String::valueOf).toList();
    }

    boolean has(int unit) {
        return units.containsKey(unit);
    }

    /** What goes wrong now with a unit. */
    Fault fault(int unit) {
        return context.faults().of(String.valueOf(unit));
    }

    /** Waits as long as a fault wants an answer to be late. */
    void delay(Fault fault) throws InterruptedException {
        if (fault.kind() == FaultKind.SLOW) {
            context.clock().sleep(fault.delay());
        } else if (fault.kind() == FaultKind.JITTER) {
            long micros = (long) (share() * fault.delay().toNanos() / 1000);
            context.clock().sleep(Duration.ofNanos(1000 * micros));
        }
    }

    private double share() {
        lock.lock();
        try {
            return jitter.nextDouble();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether the device is away, all of it also where the restart is one unit's; the first to ask
     * after a restart was set lets it begin.
     */
    boolean isAway(int unit) {
        return isAway(context.faults().standing(String.valueOf(unit)));
    }

    /** The same for who connects, and asks for no unit yet. */
    boolean isAway() {
        return isAway(context.faults().standing(Faults.WHOLE));
    }

    private boolean isAway(Faults.Standing standing) {
        long now = context.clock().nanoTime();
        lock.lock();
        try {
            // One that was set before the last that began is over with it: of two units each with
            // one, the turns would never end otherwise.
            long since = standing.sinceNanos();
            boolean begins =
                    standing.fault().kind() == FaultKind.RESTART
                            && (restartedNanos.isEmpty() || since - restartedNanos.getAsLong() > 0);
            if (begins) {
                restartedNanos = OptionalLong.of(since);
                backNanos = now + standing.fault().delay().toNanos();
                units.values().forEach(Unit::restart);
            }
            return now < backNanos;
        } finally {
            lock.unlock();
        }
    }

    /** The answer of a unit that is there, or of a gateway before one that is not. */
    byte[] answer(int unitId, byte[] request, Fault fault) {
        int function = request[0] & 0xFF;
        if (fault.kind() == FaultKind.EXCEPTION) {
            return Pdu.exception(function, fault.code() == 0 ? Pdu.DEVICE_FAILURE : fault.code());
        }
        var unit = units.get(unitId);
        if (unit == null) {
            return Pdu.exception(function, TARGET_FAILED);
        }
        long faultNanos =
                context.clock().nanoTime()
                        - context.faults().standing(String.valueOf(unitId)).sinceNanos();
        lock.lock();
        try {
            var moment = Moment.of(context.elapsedNanos(), fault, faultNanos);
            var answer = Pdu.answer(unit, request, moment);
            return switch (fault.kind()) {
                case SHORT -> shortened(answer);
                case WRONG_FUNCTION -> otherFunction(answer);
                default -> answer;
            };
        } finally {
            lock.unlock();
        }
    }

    /** Leaves out the last register, or the last byte of bits, and says so in the byte count. */
    private static byte[] shortened(byte[] answer) {
        int less = (answer[0] & 0xFF) == 3 || answer[0] == 4 ? 2 : 1;
        if (answer[0] < 1 || answer[0] > 4 || answer.length - less < 2) {
            return answer;
        }
        var shorter = Arrays.copyOf(answer, answer.length - less);
        shorter[1] = (byte) (shorter.length - 2);
        return shorter;
    }

    /** The neighbouring function: 1 and 2, 3 and 4, which have answers of the same form. */
    private static byte[] otherFunction(byte[] answer) {
        var other = answer.clone();
        int function = answer[0] & ~EXCEPTION_BIT;
        int neighbour = ((function - 1) ^ 1) + 1;
        other[0] = (byte) (neighbour | (answer[0] & EXCEPTION_BIT));
        return other;
    }
}
