package io.drme.log;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The payload of one commit in the journal, little endian:
 *
 * <pre>
 * u8   kind, 2
 * u8   what follows the figures: 1 sets, 2 events, 4 ticks of data, 8 ticks of local,
 *      16 a block of envelopes, 32 before the figures: tips
 * u64  position below which the journal was synced when this was written
 *      the tips of what was given up, see {@link StoreState#putTips}
 *      the store's figures, see {@link StoreState#putFigures}
 *      its sets, see {@link StoreState#putSets}
 *      var number of events, and each with its u32 length
 *      u32 length and block of envelopes
 *      u32 length and tick frame of data; then of local
 * u32  CRC32 (of zlib, another than the frame's own) of all before it
 * </pre>
 *
 * @param figures the store's state: figures always, sets where {@code hasSets}
 * @param hasSets whether the state has sets
 * @param events event items
 * @param block a block of envelopes, or none
 * @param data tick frame of {@code data}, or none
 * @param local tick frame of {@code local}, or none
 */
record JournalFrame(
        StoreState figures,
        boolean hasSets,
        List<byte[]> events,
        @Nullable ByteBuffer block,
        @Nullable ByteBuffer data,
        @Nullable ByteBuffer local) {
    private static final byte KIND = 2;
    private static final int SETS = 1;
    private static final int EVENTS = 2;
    private static final int DATA = 4;
    private static final int LOCAL = 8;
    private static final int BLOCK = 16;
    private static final int TIPS = 32;
    private static final int PROOF_BYTES = 4;
    private static final int FIXED_BYTES = 2 + 8 + 10 + 4 + 4 + 4 + PROOF_BYTES;

    /** How many bytes it takes at most, with tick frames of these lengths. */
    static int maxBytes(StoreState state, List<byte[]> events, int tickBytes) {
        int bytes = FIXED_BYTES + state.maxBytes() + tickBytes;
        for (var event : events) {
            bytes += 4 + event.length;
        }
        return bytes;
    }

    void putInto(ByteBuffer out, long syncedThrough) {
        int start = out.position();
        int flags =
                (hasSets ? SETS : 0)
                        | (events.isEmpty() ? 0 : EVENTS)
                        | (block == null ? 0 : BLOCK)
                        | (data == null ? 0 : DATA)
                        | (local == null ? 0 : LOCAL)
                        | (hasSets && figures.hasTips() ? TIPS : 0);
        out.put(KIND).put((byte) flags).putLong(syncedThrough);
        if ((flags & TIPS) != 0) {
            figures.putTips(out);
        }
        figures.putFigures(out);
        if (hasSets) {
            figures.putSets(out);
        }
        if (!events.isEmpty()) {
            Bytes.putVar(out, events.size());
            for (var event : events) {
                out.putInt(event.length).put(event);
            }
        }
        if (block != null) {
            out.putInt(block.remaining()).put(block.duplicate());
        }
        if (data != null) {
            out.putInt(data.remaining()).put(data.duplicate());
        }
        if (local != null) {
            out.putInt(local.remaining()).put(local.duplicate());
        }
        out.putInt(proof(out, start, out.position()));
    }

    private static int proof(ByteBuffer bytes, int from, int to) {
        var crc = new CRC32();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }

    /** Whether a payload is a commit as it was written, by its own checksum. */
    static boolean isProven(ByteBuffer payload) {
        int end = payload.limit() - PROOF_BYTES;
        return payload.remaining() > PROOF_BYTES
                && payload.get(payload.position()) == KIND
                && payload.getInt(end) == proof(payload, payload.position(), end);
    }

    /** The position in a commit's payload below which the journal was synced; 0 for other kinds. */
    static long synced(ByteBuffer payload) {
        return payload.remaining() >= 10 && payload.get(0) == KIND ? payload.getLong(2) : 0;
    }

    /** Takes from a commit's payload how far the items reach that are given up by then. */
    static void readTips(ByteBuffer payload, StoreState into) {
        if (payload.remaining() < 10 || payload.get(0) != KIND || (payload.get(1) & TIPS) == 0) {
            return;
        }
        try {
            into.getTips(payload.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(10));
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            // No commit of this version, as the replay will find too.
        }
    }

    /**
     * Reads an intact frame's payload.
     *
     * @param before the state before it, of which it takes what the frame does not carry
     * @return nothing where it is no commit of this version
     */
    static Optional<JournalFrame> read(ByteBuffer payload, StoreState before) {
        var in = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (in.get() != KIND) {
                return Optional.empty();
            }
            int flags = in.get();
            in.getLong();
            var state = before.copy();
            if ((flags & TIPS) != 0) {
                state.getTips(in);
            }
            state.getFigures(in);
            if ((flags & SETS) != 0) {
                state.getSets(in);
            }
            var events = new ArrayList<byte[]>();
            if ((flags & EVENTS) != 0) {
                for (long left = Bytes.getVar(in); left > 0; left--) {
                    var bytes = new byte[part(in).remaining()];
                    in.get(in.position() - bytes.length, bytes);
                    events.add(bytes);
                }
            }
            var block = (flags & BLOCK) != 0 ? part(in) : null;
            var data = (flags & DATA) != 0 ? part(in) : null;
            var local = (flags & LOCAL) != 0 ? part(in) : null;
            return Optional.of(
                    new JournalFrame(state, (flags & SETS) != 0, events, block, data, local));
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static ByteBuffer part(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a part of " + length + " bytes");
        }
        var part = in.slice(in.position(), length);
        in.position(in.position() + length);
        return part;
    }
}
