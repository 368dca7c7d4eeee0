package io.drme.cloud.grid;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import io.drme.cloud.config.CloudConfig.ClusterConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's Hazelcast member. It is bound to one address, finds others only by the list or the
 * service of the configuration, and calls nobody at home. Safe for use from any thread.
 */
public final class Member implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Member.class);

    /** Who is not let in for so long does not start: its certificate is not of the members'. */
    private static final int JOIN_SECONDS = 40;

    private final HazelcastInstance instance;
    private final ClusterConfig cluster;
    private final @Nullable TlsIdentity identity;

    private Member(
            HazelcastInstance instance, ClusterConfig cluster, @Nullable TlsIdentity identity) {
        this.instance = instance;
        this.cluster = cluster;
        this.identity = identity;
    }

    /**
     * Starts the member; takes a few seconds. It does not wait for others.
     *
     * @throws IllegalStateException when its port is not free, when others are there and do not let
     *     it in, or when others have joined although the database belongs to one member
     * @throws UncheckedIOException when a file of {@code cluster.tls} can't be used
     */
    public static Member start(ClusterConfig cluster) {
        return start(cluster, JOIN_SECONDS);
    }

    /** The same, with another limit for getting into a cluster that answers. */
    static Member start(ClusterConfig cluster, int joinSeconds) {
        var identity = identity(cluster);
        var config = MemberSettings.of(cluster);
        config.setProperty("hazelcast.max.join.seconds", Integer.toString(joinSeconds));
        var instance =
                identity == null
                        ? Hazelcast.newHazelcastInstance(config)
                        : HazelcastInstanceFactory.newHazelcastInstance(
                                config,
                                HazelcastInstanceFactory.createInstanceName(config),
                                new TlsNode(identity));
        int members = instance.getCluster().getMembers().size();
        if (cluster.isAlone() && members > 1) {
            instance.shutdown();
            throw new IllegalStateException(
                    "cluster %s has %d members, but this one is configured to be alone; stop the others, give this one another cluster.name, or list all in cluster.members"
                            .formatted(cluster.name(), members));
        }
        var member = new Member(instance, cluster, identity);
        log.info(
                "member address={} cluster={} members={} tls={}",
                member.address(),
                cluster.name(),
                members,
                identity != null);
        return member;
    }

    private static @Nullable TlsIdentity identity(ClusterConfig cluster) {
        try {
            return cluster.tls().isPresent() ? TlsIdentity.of(cluster.tls().get()) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Where the others reach this member; its name among them. */
    public String address() {
        return text(instance.getCluster().getLocalMember());
    }

    /** The members that this one sees, itself among them, the oldest first. */
    public List<String> inSight() {
        return instance.getCluster().getMembers().stream().map(Member::text).toList();
    }

    private static String text(com.hazelcast.cluster.Member member) {
        var address = member.getAddress();
        return address.getHost() + ":" + address.getPort();
    }

    /** Whether this is the one that does what one of them should do: the oldest. */
    public boolean isFirst() {
        return instance.getCluster().getMembers().iterator().next().localMember();
    }

    /** Whether it may have others. */
    public boolean isAlone() {
        return cluster.isAlone();
    }

    /** The members of the configuration; empty where it names none. */
    public List<String> configured() {
        return cluster.members().stream().map(Object::toString).toList();
    }

    /**
     * Why this member must take nothing: it sees too few others, who may go on without it. Noticed
     * within 5 s of a partition; until then both sides write, which the database keeps in order.
     */
    public Optional<String> tooFew() {
        if (cluster.minimum() == 1) {
            return Optional.empty();
        }
        int seen = instance.getCluster().getMembers().size();
        return seen >= cluster.minimum()
                ? Optional.empty()
                : Optional.of(
                        "this member, %s, sees %d of the cluster's members and needs %d; look at the others and at the network between them"
                                .formatted(address(), seen, cluster.minimum()));
    }

    /**
     * Calls back, on a thread of Hazelcast's, when entries of the grid may be lost: this member
     * came back from a partition, or more members ended at once than there are copies.
     */
    public void whenIncomplete(Consumer<String> callback) {
        instance.getPartitionService()
                .addPartitionLostListener(_ -> {
                    if (isFirst()) {
                        callback.accept("more members ended at once than there are copies");
                    }
                });
        instance.getLifecycleService()
                .addLifecycleListener(event -> {
                    if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
                        log.info("member=merged members={}", inSight());
                        callback.accept("this member came back from a partition");
                    }
                });
    }

    /** Members in sight below which this one takes nothing. */
    public int minimum() {
        return cluster.minimum();
    }

    /** Copies of each entry on other members. */
    public int backups() {
        return cluster.backups();
    }

    /**
     * Which members own the parts of the grid.
     *
     * @param owned partitions of each member in sight
     * @param isSafe whether all copies are where they belong
     */
    public record Partitions(int count, Map<String, Integer> owned, boolean isSafe) {}

    /** Which members own the parts of the grid, as this one knows it; asks the others. */
    public Partitions partitions() {
        var service = instance.getPartitionService();
        var owned = new TreeMap<String, Integer>();
        inSight().forEach(m -> owned.put(m, 0));
        var all = service.getPartitions();
        for (var partition : all) {
            var owner = partition.getOwner();
            if (owner != null) {
                owned.merge(text(owner), 1, Integer::sum);
            }
        }
        return new Partitions(all.size(), owned, service.isClusterSafe());
    }

    /** Connections of strangers that were refused since the start. */
    public long refusedConnections() {
        return identity == null ? 0 : identity.refused();
    }

    HazelcastInstance instance() {
        return instance;
    }

    @Override
    public void close() {
        instance.shutdown();
    }
}
