package io.drme.cloud;

import io.drme.cloud.grid.Member;
import io.drme.cloud.ingest.IngestStats;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.Retention;
import io.drme.cloud.store.SegmentStats;
import io.drme.web.Metrics;
import java.util.Map;

/** What a member of the centre counts. */
final class CentreMetrics {
    private CentreMetrics() {}

    static void add(
            Metrics metrics, IngestStats stats, Database database, Member member, GridThread grid) {
        addIngest(metrics, stats);
        Map<String, String> none = Map.of();
        metrics.gauge(
                "drme_database_lost_total",
                "Times that the database could not be reached any more",
                none,
                database::losses);
        metrics.gauge(
                "drme_members",
                "Members of the cluster that this one sees",
                none,
                () -> member.inSight().size());
        metrics.gauge(
                "drme_member_refused_connections_total",
                "Connections to the members' port that did not show a certificate of a member",
                none,
                member::refusedConnections);
        metrics.gauge(
                "drme_feed_not_heard_total",
                "Changes of other members of which nobody at this one was told",
                none,
                grid::leftOut);
        metrics.gauge(
                "drme_grid_retried_total",
                "Facts that were brought into the grid at a later try",
                none,
                grid::retried);
        metrics.gauge(
                "drme_grid_not_queued_total",
                "Facts left out while too few members were in sight; the rebuild reads them from the store",
                none,
                grid::notQueued);
        metrics.gauge(
                "drme_grid_refused_total",
                "Facts that could not be brought into the grid; the log names each",
                none,
                grid::refused);
    }

    /** What becomes of what is stored. */
    static void addStore(Metrics metrics, SegmentStats segments, Retention retention) {
        Map<String, String> none = Map.of();
        metrics.gauge(
                "drme_segments_made_total",
                "Hour and day segments made of blocks and of segments",
                none,
                segments::segments);
        metrics.gauge(
                "drme_segment_blocks_total",
                "Blocks whose samples went into segments",
                none,
                segments::blocks);
        metrics.gauge(
                "drme_segment_samples_total",
                "Samples packed into segments, those of an hour again with their day",
                none,
                segments::samples);
        metrics.gauge(
                "drme_segment_bytes_total",
                "Bytes of the samples packed into segments",
                none,
                segments::bytes);
        metrics.gauge(
                "drme_segment_waiting_blocks",
                "Blocks that no segment holds yet",
                none,
                segments::waiting);
        metrics.gauge(
                "drme_segment_lost_races_total",
                "Segments thrown away as another member had made one of the same blocks",
                none,
                segments::lostRaces);
        metrics.gauge(
                "drme_segment_unreadable_total",
                "Stored blocks and parts of segments that could not be read",
                none,
                segments::unreadableBlocks);
        metrics.gauge(
                "drme_expired_blocks_total",
                "Blocks whose bytes were kept long enough",
                none,
                retention::expiredBlocks);
        metrics.gauge(
                "drme_expired_block_samples_total",
                "Samples in blocks whose bytes were kept long enough",
                none,
                retention::expiredBlockSamples);
        metrics.gauge(
                "drme_expired_samples_total",
                "Samples of tags that were kept long enough to be asked for",
                none,
                retention::expiredSamples);
        metrics.gauge(
                "drme_expired_roll_ups_total",
                "Roll-ups, one a tag, level and segment, that were kept long enough",
                none,
                retention::expiredRollUps);
    }

    private static void addIngest(Metrics metrics, IngestStats stats) {
        Map<String, String> none = Map.of();
        metrics.gauge(
                "drme_ingest_connections",
                "Connections of gateways; each has two",
                none,
                stats::connections);
        metrics.gauge("drme_ingest_messages_total", "Messages that came in", none, stats::messages);
        metrics.gauge(
                "drme_ingest_over_quota_total",
                "Messages turned away because too much waited",
                none,
                stats::overQuota);
        metrics.gauge(
                "drme_ingest_bad_packets_total",
                "Packets that are not MQTT, or too large",
                none,
                stats::badPackets);
        metrics.gauge(
                "drme_ingest_refused_connections_total",
                "Connections refused: no identity, wrong version, too many",
                none,
                stats::refusedConnections);
        metrics.gauge(
                "drme_ingest_answers_left_out_total",
                "Answers that a gateway was too slow to take",
                none,
                stats::answersLeftOut);
        metrics.gauge(
                "drme_ingest_bad_messages_total",
                "Messages that could not be read, or came on a wrong topic",
                none,
                stats::badMessages);
        metrics.gauge(
                "drme_ingest_not_stored_total",
                "Messages that the database did not take",
                none,
                stats::notStored);
    }
}
