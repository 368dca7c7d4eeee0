package io.drme.edge;

import io.drme.driver.DeviceLoop;
import io.drme.driver.DriverException;
import io.drme.edge.config.GatewayConfig;
import io.drme.edge.notify.Notifications;
import io.drme.edge.notify.TagFacts;
import io.drme.edge.web.GatewayParts;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs notifications where some are or were configured, and follows reloads. On a gateway that
 * never had any there is neither thread nor file.
 *
 * <p>{@link #begin}, {@link #follow} and {@link #close} belong to the supervisor's thread; the rest
 * is for any.
 */
final class NotificationDesk implements GatewayParts.Notifications, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NotificationDesk.class);

    private final Wiring.Parts parts;
    private final Function<String, Optional<DeviceLoop>> devices;
    private volatile @Nullable Notifications running;
    private Supervisor.@Nullable Running seen;

    /**
     * Runs nothing yet.
     *
     * @param devices finds the loop of a device; called from any thread
     */
    NotificationDesk(Wiring.Parts parts, Function<String, Optional<DeviceLoop>> devices) {
        this.parts = parts;
        this.devices = devices;
    }

    /**
     * Begins before the first device does, so that no alarm of this run is missed; also where what
     * waits for receivers of before has to be told of as lost.
     */
    void begin(GatewayConfig config, TagTable table) {
        if (!config.notifications().isEmpty()
                || Files.exists(parts.directory().resolve(Notifications.FILE))) {
            start(config, table);
        }
    }

    private void start(GatewayConfig config, TagTable table) {
        running =
                Notifications.start(
                        new Notifications.Place(
                                parts.clock(),
                                config.gateway().id().text(),
                                config.gateway().site(),
                                parts.directory(),
                                parts.recorder(),
                                parts.alarmBook(),
                                this::set),
                        config.notifications(),
                        tag -> facts(table, tag));
    }

    /** Takes over what runs now, where that changed. */
    @SuppressWarnings("ReferenceEquality") // made anew with each change, and costly to compare
    void follow(Supervisor.Running now) throws InterruptedException {
        if (now == seen) {
            return;
        }
        seen = now;
        var present = running;
        try {
            if (present != null) {
                present.configure(now.config().notifications(), tag -> facts(now.table(), tag));
            } else {
                begin(now.config(), now.table());
            }
        } catch (RuntimeException e) {
            // The plant goes on; what ran before tells on where it can.
            log.error("notifications do not follow the configuration; restart the agent", e);
        }
    }

    private static Optional<TagFacts> facts(TagTable table, TagName tag) {
        var index = table.indexOf(tag);
        if (index.isEmpty()) {
            return Optional.empty();
        }
        var told = table.tags().get(index.getAsInt());
        return Optional.of(new TagFacts(told.unit(), told.sync() instanceof SyncMode.Local));
    }

    /** Sets an output; not on record, as the alarm is that makes it. */
    private void set(TagName tag, boolean on) throws IOException, InterruptedException {
        var loop = devices.apply(tag.device());
        var outputs = loop.flatMap(DeviceLoop::outputs);
        if (loop.isEmpty() || outputs.isEmpty()) {
            throw new IOException(
                    "%s is not connected; 'drme-agent devices' says why".formatted(tag.device()));
        }
        var specs = loop.get().device().tags();
        for (int at = 0; at < specs.size(); at++) {
            if (specs.get(at).name().equals(tag)) {
                try {
                    long bits = WrittenValue.rawBits(specs.get(at), on);
                    if (outputs.get().write(at, bits) != bits) {
                        throw new IOException(tag.text() + " does not follow; look at its wiring");
                    }
                    return;
                } catch (WrittenValue.UnfitException | DriverException e) {
                    throw new IOException(tag.text() + ": " + e.getMessage(), e);
                }
            }
        }
        throw new IOException(tag.text() + " is no tag of the device that runs");
    }

    @Override
    public List<JsonObject> receivers() {
        var now = running;
        return now == null ? List.of() : now.receivers();
    }

    @Override
    public long unread() {
        var now = running;
        return now == null ? 0 : now.unread();
    }

    @Override
    public Optional<List<JsonObject>> deliveries(String receiver) {
        var now = running;
        return now == null ? Optional.empty() : now.deliveries(receiver);
    }

    @Override
    public Optional<JsonObject> test(String receiver, String by) throws InterruptedException {
        var now = running;
        return now == null ? Optional.empty() : now.test(receiver, by);
    }

    @Override
    public Optional<Integer> silence(String receiver, String by) throws InterruptedException {
        var now = running;
        return now == null ? Optional.empty() : now.silence(receiver, by);
    }

    @Override
    public void close() {
        var now = running;
        if (now != null) {
            now.close();
        }
    }
}
