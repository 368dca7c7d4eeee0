package io.drme.cloud.grid;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.drme.cloud.config.CloudConfig.ClusterConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's Hazelcast member. It is bound to one address, finds others only by the list of the
 * configuration, and calls nobody at home.
 */
public final class Member implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Member.class);

    /** Ports tried from the configured one on, so that two centres fit on one machine. */
    private static final int PORTS_TRIED = 100;

    /** What a sort, a join or a grouping of one statement may hold in memory. */
    private static final long SQL_MOST_ROWS_HELD = 1_000_000;

    private final HazelcastInstance instance;

    private Member(HazelcastInstance instance) {
        this.instance = instance;
    }

    /**
     * Starts the member; takes a few seconds.
     *
     * @throws IllegalStateException when no port of the range is free, or when others have joined
     *     although the database belongs to one member
     */
    public static Member start(ClusterConfig cluster) {
        var instance = Hazelcast.newHazelcastInstance(config(cluster));
        int members = instance.getCluster().getMembers().size();
        if (members > 1) {
            instance.shutdown();
            throw new IllegalStateException(
                    "cluster %s has %d members, but a SQLite database belongs to one; stop the others, or give this one another cluster.name"
                            .formatted(cluster.name(), members));
        }
        log.info(
                "member address={} cluster={}",
                instance.getCluster().getLocalMember().getAddress(),
                cluster.name());
        return new Member(instance);
    }

    static Config config(ClusterConfig cluster) {
        var config = new Config();
        config.setClusterName(cluster.name());
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        // A hung member is noticed after 5 s; by default it takes a minute.
        config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
        config.setProperty("hazelcast.max.no.heartbeat.seconds", "5");
        config.setProperty("hazelcast.wait.seconds.before.join", "0");
        config.setProperty("hazelcast.operation.thread.count", "2");
        config.setProperty("hazelcast.operation.generic.thread.count", "2");
        config.setProperty("hazelcast.io.thread.count", "1");
        config.setProperty("hazelcast.event.thread.count", "1");
        sql(config);
        config.getMetricsConfig().setEnabled(false);
        network(config, cluster);
        config.getMapConfig("default")
                .setBackupCount(cluster.backups())
                .setStatisticsEnabled(false);
        config.getSerializationConfig()
                .getCompactSerializationConfig()
                .addSerializer(new LatestTableSerializer());
        return config;
    }

    /** SQL runs on Hazelcast's own engine for jobs; its rows are there for one statement each. */
    private static void sql(Config config) {
        config.getJetConfig()
                .setEnabled(true)
                .setResourceUploadEnabled(false)
                .setCooperativeThreadCount(1)
                .setMaxProcessorAccumulatedRecords(SQL_MOST_ROWS_HELD);
        config.getMapConfig(SqlGrid.MAP + "*").setBackupCount(0).setStatisticsEnabled(false);
    }

    private static void network(Config config, ClusterConfig cluster) {
        var network = config.getNetworkConfig();
        network.setPort(cluster.listen().port())
                .setPortCount(PORTS_TRIED)
                .setPortAutoIncrement(true);
        network.getInterfaces().setEnabled(true).addInterface(cluster.listen().host());
        var join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        // Alone there is nobody to look for; a list, even of this member alone, would be scanned.
        join.getTcpIpConfig()
                .setEnabled(cluster.members().size() > 1)
                .setMembers(cluster.members());
    }

    HazelcastInstance instance() {
        return instance;
    }

    @Override
    public void close() {
        instance.shutdown();
    }
}
