package io.drme.sync;

import io.drme.model.StreamKind;
import io.drme.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Says what the gateway is and how far it is: hello and status. */
final class Reporter {
    private final SenderLog log;
    private final Clock clock;
    private final SenderSettings settings;
    private final Trust trust;
    private final Collection<Lane> lanes;
    private final Refills refills;
    private String configurationHash = "";
    private String schemaHash = "";

    Reporter(
            SenderLog log,
            Clock clock,
            SenderSettings settings,
            Trust trust,
            Map<StreamKind, Lane> lanes,
            Refills refills) {
        this.log = log;
        this.clock = clock;
        this.settings = settings;
        this.trust = trust;
        this.lanes = lanes.values();
        this.refills = refills;
    }

    /** Remembers what the gateway runs; true where that is news. */
    boolean describe(String newConfigurationHash, String newSchemaHash) {
        boolean same =
                newConfigurationHash.equals(configurationHash) && newSchemaHash.equals(schemaHash);
        configurationHash = newConfigurationHash;
        schemaHash = newSchemaHash;
        return !same;
    }

    byte[] hello(long session) {
        long now = clock.epochNanos();
        return MessageCodec.encode(
                new Message.Hello(
                        session,
                        log.epoch(),
                        log.bootCount(),
                        settings.instance(),
                        settings.host(),
                        settings.software(),
                        configurationHash,
                        schemaHash,
                        now,
                        lanes.stream().map(Lane::holding).toList(),
                        trust.key(),
                        trust.heads(log, now)));
    }

    byte[] status(long session, long drainMillis) {
        // Counters and ranges must be of one moment, or the centre's account would not balance.
        var progress = progress();
        var counters = log.counters();
        for (var again = progress(); !again.equals(progress); again = progress()) {
            progress = again;
            counters = log.counters();
        }
        long now = clock.epochNanos();
        return MessageCodec.encode(
                new Message.Status(
                        session,
                        log.epoch(),
                        now,
                        counters,
                        progress,
                        trust.heads(log, now),
                        drainMillis,
                        refills.report(),
                        log.endurance()));
    }

    private List<Message.Progress> progress() {
        return lanes.stream().map(Lane::progress).toList();
    }
}
