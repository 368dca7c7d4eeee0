package io.drme.bench;

import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverFactory;
import io.drme.driver.PollGroup;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Our drivers as the agent runs them, each device with its loop, and nothing behind them but a
 * counter: what the peers of {@link AcquireBench} do.
 */
final class AcquireOurs {
    /** As the agent has it. */
    private static final int QUEUE = 1_024;

    private final Clock clock = new SystemClock();
    private final Tally tally = new Tally();
    private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(QUEUE);
    private final boolean isModbus;

    private AcquireOurs(boolean isModbus) {
        this.isModbus = isModbus;
    }

    /** {@code modbus FILE} or {@code opcua FILE}; runs until it is killed. */
    public static void main(String... arguments) throws Exception {
        var ours = new AcquireOurs(arguments[0].equals("modbus"));
        ours.start(Path.of(arguments[1]));
        Thread.ofVirtual().start(ours::count);
        ours.tally.report(ours.clock, System.out);
    }

    private void start(Path file) throws Exception {
        var reader = new GatewayConfigReader(List.of());
        int group = 0;
        for (var device : reader.read(file).devices()) {
            var factory = reader.factories().get(device.driver());
            if (factory == null) {
                throw new IllegalStateException("no driver " + device.driver());
            }
            start(device, factory, group++);
        }
    }

    private void start(DeviceSpec device, DriverFactory factory, int group) {
        // The index of a tag is that of its register or node.
        var tags = IntStream.range(0, device.tags().size()).boxed().toList();
        var groups = List.of(new PollGroup(device.tags().getFirst().poll(), tags, tags));
        var driver = factory.create(device, groups, Path.of(""), clock);
        var loop =
                new DeviceLoop(
                        device, groups, driver, group, queue, clock, RandomGenerator.getDefault());
        Thread.ofVirtual().name("device-" + device.name()).start(loop);
    }

    private void count() {
        try {
            while (true) {
                count(queue.take());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void count(Batch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (!Quality.isGood(batch.qualities()[i])) {
                tally.failed();
                continue;
            }
            int tag = batch.tags()[i];
            long value = batch.bits()[i];
            tally.add(
                    isModbus
                            ? value == AcquireWork.register(tag)
                            : AcquireWork.isOfNode(tag, value));
        }
    }
}
