package io.drme.cloud.grid;

import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionConfig;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MaxSizePolicy;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.SplitBrainProtectionConfig;
import com.hazelcast.spi.merge.DiscardMergePolicy;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionOn;
import io.drme.cloud.config.CloudConfig.ClusterConfig;
import io.drme.cloud.config.Listen;

/** How Hazelcast is told what the configuration says, and what is right for this program. */
final class MemberSettings {
    /** Name of the rule that too few members write nothing. */
    static final String MAJORITY = "majority";

    /** Newest values by gateway: what is left out of it stands in the database. */
    static final String LATEST = "latest";

    /** What members say of themselves; also of those who are too few. */
    static final String MEMBERS = "members";

    /** Ports tried from the configured one on, so that two centres fit on one machine. */
    private static final int PORTS_TRIED = 100;

    /** What a sort, a join or a grouping of one statement may hold in memory. */
    private static final long SQL_MOST_ROWS_HELD = 1_000_000;

    /** So long after a member came, jobs take it in; several come at once. */
    private static final long SCALE_UP_MILLIS = 3_000;

    private static final int CONNECT_SECONDS = 3;
    private static final int BYTES_PER_MIB = 1 << 20;

    private MemberSettings() {}

    static Config of(ClusterConfig cluster) {
        var config = new Config();
        config.setClusterName(cluster.name());
        properties(config);
        sql(config);
        config.getMetricsConfig().setEnabled(false);
        network(config, cluster);
        if (cluster.minimum() > 1) {
            config.addSplitBrainProtectionConfig(
                    new SplitBrainProtectionConfig(MAJORITY, true, cluster.minimum())
                            .setProtectOn(SplitBrainProtectionOn.WRITE));
        }
        maps(config, cluster);
        config.getSerializationConfig()
                .getCompactSerializationConfig()
                .addSerializer(new LatestTableSerializer());
        return config;
    }

    private static void properties(Config config) {
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        // A hung member is noticed after 5 s; by default it takes a minute.
        config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
        config.setProperty("hazelcast.max.no.heartbeat.seconds", "5");
        // Two that lost each other while a third sees both: who sees fewer leaves.
        config.setProperty(
                "hazelcast.partial.member.disconnection.resolution.heartbeat.count", "3");
        // Parts that see each other again become one at once; by default it takes five minutes.
        config.setProperty("hazelcast.merge.first.run.delay.seconds", "5");
        config.setProperty("hazelcast.merge.next.run.delay.seconds", "5");
        config.setProperty("hazelcast.wait.seconds.before.join", "0");
        // A restart must not hang on copies that the database has anyway.
        config.setProperty("hazelcast.graceful.shutdown.max.wait", "5");
        config.setProperty("hazelcast.operation.thread.count", "2");
        config.setProperty("hazelcast.operation.generic.thread.count", "2");
        config.setProperty("hazelcast.io.thread.count", "1");
        config.setProperty("hazelcast.event.thread.count", "1");
    }

    private static void maps(Config config, ClusterConfig cluster) {
        // Who was too few took nothing, and what the database got is read from there afterwards;
        // what members say of themselves they say again.
        var merge = new MergePolicyConfig().setPolicy(DiscardMergePolicy.class.getName());
        var usual = config.getMapConfig("default");
        usual.setBackupCount(cluster.backups())
                .setStatisticsEnabled(false)
                .setMergePolicyConfig(merge);
        if (cluster.minimum() > 1) {
            usual.setSplitBrainProtectionName(MAJORITY);
        }
        var latest = new MapConfig(usual).setName(LATEST);
        latest.setEvictionConfig(
                new EvictionConfig()
                        .setEvictionPolicy(EvictionPolicy.LRU)
                        .setMaxSizePolicy(MaxSizePolicy.USED_HEAP_SIZE)
                        .setSize(
                                (int)
                                        Math.min(
                                                Integer.MAX_VALUE,
                                                cluster.hotSetBytes() / BYTES_PER_MIB)));
        config.addMapConfig(latest);
        config.addMapConfig(
                new MapConfig(usual).setName(MEMBERS).setSplitBrainProtectionName(null));
    }

    /** SQL runs on Hazelcast's own engine for jobs; its rows are there for one statement each. */
    private static void sql(Config config) {
        config.getJetConfig()
                .setEnabled(true)
                .setResourceUploadEnabled(false)
                .setCooperativeThreadCount(1)
                .setScaleUpDelayMillis(SCALE_UP_MILLIS)
                .setMaxProcessorAccumulatedRecords(SQL_MOST_ROWS_HELD);
        config.getMapConfig(SqlGrid.MAP + "*").setBackupCount(0).setStatisticsEnabled(false);
    }

    private static void network(Config config, ClusterConfig cluster) {
        var network = config.getNetworkConfig();
        boolean isAlone = cluster.isAlone();
        network.setPort(cluster.listen().port())
                .setPortCount(isAlone ? PORTS_TRIED : 1)
                .setPortAutoIncrement(isAlone);
        boolean isAny =
                cluster.listen().host().equals("0.0.0.0") || cluster.listen().host().equals("::");
        config.setProperty("hazelcast.socket.bind.any", Boolean.toString(isAny));
        if (!isAny) {
            network.getInterfaces().setEnabled(true).addInterface(cluster.listen().host());
        }
        cluster.publicAddress().map(Listen::toString).ifPresent(network::setPublicAddress);
        var join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        // Alone there is nobody to look for; a list, even of this member alone, would be scanned.
        join.getTcpIpConfig()
                .setEnabled(cluster.members().size() > 1)
                .setConnectionTimeoutSeconds(CONNECT_SECONDS)
                .setMembers(cluster.members().stream().map(Listen::toString).toList());
        cluster.service()
                .ifPresent(service ->
                        join.getKubernetesConfig()
                                .setEnabled(true)
                                .setProperty("service-dns", service));
    }
}
