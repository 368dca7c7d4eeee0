package io.drme.cloud.store;

import io.drme.block.BadBlockException;
import io.drme.block.BlockHeader;
import io.drme.log.EventItem;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.schema.BadEventException;
import io.drme.schema.CommandResult;
import io.drme.schema.Drop;
import io.drme.schema.EpochEnded;
import io.drme.schema.EventSchema;
import io.drme.schema.Payloads;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.sync.ItemReader;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore.Closure;
import io.drme.sync.StreamId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks into blocks and events before they are stored, as the store's own index will read them.
 * Pure.
 */
public final class ContentReader implements ItemReader {
    private final OpenedBlock opened;

    /** Makes a reader that shares nothing. */
    public ContentReader() {
        this(new OpenedBlock());
    }

    ContentReader(OpenedBlock opened) {
        this.opened = opened;
    }

    @Override
    public Content read(GatewayId gateway, Item item) {
        try {
            return item.stream() == StreamKind.EVENTS ? event(gateway, item) : block(gateway, item);
        } catch (BadBlockException e) {
            return new Unreadable("%s: %s".formatted(e.why(), e.getMessage()));
        } catch (BadEventException e) {
            return new Unreadable("%s: %s".formatted(e.why(), e.getMessage()));
        }
    }

    private Content block(GatewayId gateway, Item item) throws BadBlockException {
        var header = opened.of(item.payload()).header();
        if (!isOf(header, gateway, item)) {
            return new Unreadable(
                    "the block says %s/%s/%s/%d with %d samples, but came as %s/%s"
                            .formatted(
                                    header.gateway(),
                                    header.epoch(),
                                    header.stream().text(),
                                    header.sequence(),
                                    header.count(),
                                    gateway,
                                    item));
        }
        return Understood.PLAIN;
    }

    private static boolean isOf(BlockHeader header, GatewayId gateway, Item item) {
        // framed anew, a block has a header anew: its number, and the hash before it, are of there
        return header.gateway().equals(gateway)
                && header.epoch().equals(item.epoch())
                && header.stream() == item.stream()
                && header.sequence() == item.sequence()
                && header.count() == item.samples();
    }

    private static Content event(GatewayId gateway, Item item) throws BadEventException {
        var framed = EventItem.read(item.payload());
        if (!framed.gateway().equals(gateway)
                || !framed.epoch().equals(item.epoch())
                || framed.sequence() != item.sequence()) {
            return new Unreadable(
                    "the event says %s/%s/%d, but came as %s/%s"
                            .formatted(
                                    framed.gateway(),
                                    framed.epoch(),
                                    framed.sequence(),
                                    gateway,
                                    item));
        }
        var event = framed.event();
        if (EventSchema.ofId(event.schemaId()).isEmpty()) {
            return Understood.PLAIN;
        }
        return switch (Payloads.of(event)) {
            case Drop drop -> drop(gateway, item, drop);
            case EpochEnded ended -> ended(gateway, ended);
            case CommandResult result -> new Understood(List.of(), List.of(result.command()));
            default -> Understood.PLAIN;
        };
    }

    /** Closes what was held of an epoch that is over, as far as a restore has lost it since. */
    private static Content ended(GatewayId gateway, EpochEnded ended) {
        if (ended.stream() == StreamKind.LOCAL) {
            return Understood.PLAIN;
        }
        try {
            var id = new StreamId(gateway, EpochId.parse(ended.epoch()), ended.stream());
            var closures = new ArrayList<Closure>();
            for (var range : RangeSet.parse(ended.held()).ranges()) {
                closures.add(
                        new Closure(
                                id,
                                range.from(),
                                range.to(),
                                0,
                                ChainHash.NONE,
                                Closure.EPOCH_ENDED));
            }
            return new Understood(closures, List.of());
        } catch (IllegalArgumentException e) {
            return new Unreadable("the end of an epoch: " + e.getMessage());
        }
    }

    private static Content drop(GatewayId gateway, Item item, Drop drop) {
        if (drop.stream() == StreamKind.LOCAL) {
            return Understood.PLAIN;
        }
        if (drop.fromSequence() < 1
                || drop.toSequence() < drop.fromSequence()
                || drop.toSequence() == Long.MAX_VALUE) {
            return new Unreadable(
                    "a drop of %s from %d to %d is no range"
                            .formatted(
                                    drop.stream().text(), drop.fromSequence(), drop.toSequence()));
        }
        // numbers in it are of the epoch in which it was first framed
        var hash = ByteBuffer.allocate(io.drme.block.BlockHash.LENGTH_BYTES);
        drop.lastHash().putInto(hash);
        var closure =
                new Closure(
                        new StreamId(gateway, item.identity().epoch(), drop.stream()),
                        drop.fromSequence(),
                        drop.toSequence(),
                        drop.samples(),
                        ChainHash.of(hash.array()),
                        drop.cause());
        return new Understood(List.of(closure), List.of());
    }
}
