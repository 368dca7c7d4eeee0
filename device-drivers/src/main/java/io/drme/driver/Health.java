package io.drme.driver;

import io.drme.driver.DeviceStatus.Counters;
import io.drme.driver.DeviceStatus.State;
import io.drme.model.Batch;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;

/** Keeps the figures of one device and publishes them. Written by the loop, read by anyone. */
final class Health {
    private final DeviceSpec device;
    private final Clock clock;
    private final AtomicReference<DeviceStatus> published;

    private State state = State.STARTING;
    private String reason = "not tried yet";
    private long since;
    private long sinceNanos;
    private OptionalLong lastGood = OptionalLong.empty();
    private OptionalLong lastErrorTime = OptionalLong.empty();
    private String lastError = "";
    private OptionalLong nextTry = OptionalLong.empty();
    private Exchange exchange = Exchange.NONE;
    private long exchangeAtNanos = Long.MIN_VALUE / 2;
    private long polls;
    private long failedPolls;
    private long skippedPolls;
    private long samples;
    private long badSamples;
    private long connects;
    private long failures;
    private long bugs;
    private long lostValues;
    private long slowedPolls;

    Health(DeviceSpec device, Clock clock) {
        this.device = device;
        this.clock = clock;
        this.since = clock.epochNanos();
        this.sinceNanos = clock.nanoTime();
        this.published = new AtomicReference<>(snapshot());
    }

    DeviceStatus status() {
        return published.get();
    }

    void countConnect() {
        connects++;
    }

    void countBug() {
        bugs++;
    }

    void countSkipped(long skipped) {
        skippedPolls += skipped;
    }

    void countSlowed(long polls) {
        slowedPolls += polls;
    }

    /** How long the present state has lasted. */
    long stateMillis() {
        return (clock.nanoTime() - sinceNanos) / 1_000_000;
    }

    /**
     * It gave values.
     *
     * @param note what a person should know all the same; empty where nothing
     */
    void good(String note) {
        enter(State.GOOD, note);
        nextTry = OptionalLong.empty();
        lastGood = OptionalLong.of(clock.epochNanos());
    }

    void silent(String why) {
        enter(State.SILENT, why);
        publish();
    }

    void lost(boolean refused, String message, Duration pause, Driver driver) {
        failures++;
        enter(refused ? State.REFUSED : State.UNREACHABLE, message);
        lastError = message;
        lastErrorTime = OptionalLong.of(clock.epochNanos());
        nextTry = OptionalLong.of(clock.epochNanos() + pause.toNanos());
        refresh(driver);
        publish();
    }

    /** A poll or delivery was handed on. */
    void polled(Batch batch, Driver driver) {
        polls++;
        lostValues = driver.lostValues();
        count(batch);
        if (clock.nanoTime() - exchangeAtNanos >= DeviceLoop.EXCHANGE_REFRESH.toNanos()) {
            refresh(driver);
        }
        publish();
    }

    /** A beat passed on which the device was lost. */
    void failedPoll(Batch batch) {
        failedPolls++;
        count(batch);
        publish();
    }

    void stopped() {
        enter(State.STOPPED, "stopped");
        nextTry = OptionalLong.empty();
        publish();
    }

    private void count(Batch batch) {
        samples += batch.size();
        badSamples += DeviceLoop.countBad(batch);
    }

    private void refresh(Driver driver) {
        exchange = driver.lastExchange();
        exchangeAtNanos = clock.nanoTime();
    }

    private void enter(State next, String why) {
        if (state != next) {
            state = next;
            since = clock.epochNanos();
            sinceNanos = clock.nanoTime();
        }
        reason = why;
    }

    private void publish() {
        published.set(snapshot());
    }

    private DeviceStatus snapshot() {
        return new DeviceStatus(
                device.name(),
                device.driver(),
                state,
                reason,
                since,
                lastGood,
                lastErrorTime,
                lastError,
                nextTry,
                new Counters(
                        polls,
                        failedPolls,
                        skippedPolls,
                        samples,
                        badSamples,
                        connects,
                        failures,
                        bugs,
                        lostValues,
                        slowedPolls),
                exchange);
    }
}
