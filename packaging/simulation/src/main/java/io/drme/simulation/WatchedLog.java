package io.drme.simulation;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.RangeSet;
import io.drme.sync.SenderLog;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BiConsumer;

/** The sender's log, with somebody who is told when a new epoch was opened. */
record WatchedLog(SenderLog real, BiConsumer<EpochId, EpochId> opened) implements SenderLog {
    @Override
    public EpochId epoch() {
        return real.epoch();
    }

    @Override
    public long bootCount() {
        return real.bootCount();
    }

    @Override
    public long last(StreamKind stream) {
        return real.last(stream);
    }

    @Override
    public RangeSet held(StreamKind stream) {
        return real.held(stream);
    }

    @Override
    public RangeSet acknowledged(StreamKind stream) {
        return real.acknowledged(stream);
    }

    @Override
    public RangeSet counted(StreamKind stream) {
        return real.counted(stream);
    }

    @Override
    public Optional<ChainHash> hash(StreamKind stream, long sequence) {
        return real.hash(stream, sequence);
    }

    @Override
    public Optional<Item> read(StreamKind stream, long sequence) {
        return real.read(stream, sequence);
    }

    @Override
    public void acknowledged(StreamKind stream, RangeSet all) {
        real.acknowledged(stream, all);
    }

    @Override
    public void missing(StreamKind stream, RangeSet gone) {
        real.missing(stream, gone);
    }

    @Override
    public EpochId openEpoch(Map<StreamKind, RangeSet> lacking) {
        var before = real.epoch();
        var now = real.openEpoch(lacking);
        opened.accept(before, now);
        return now;
    }

    @Override
    public SortedMap<String, Long> counters() {
        return real.counters();
    }

    @Override
    public Message.Endurance endurance() {
        return real.endurance();
    }
}
