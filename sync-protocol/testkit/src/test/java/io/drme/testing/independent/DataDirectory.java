package io.drme.testing.independent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What lies under a gateway's data directory, from its files alone. */
final class DataDirectory {
    final String epoch;
    final JournalFiles journal;
    final @Nullable Mark mark;
    final List<SegmentFile> segments = new ArrayList<>();
    private final Map<String, byte[]> files;
    private final Map<String, NavigableMap<Long, SegmentFile.Item>> items = new TreeMap<>();

    /** The state at the last seal. */
    record Mark(
            long number,
            boolean isClean,
            long position,
            StoreFigures figures,
            List<StoreSets> sets,
            List<Stream> streams) {}

    /** A stream's end. */
    record Stream(long last, String lastHash, long endOrdinal, long covers) {}

    /** Takes all files by path. */
    DataDirectory(Map<String, byte[]> files) {
        this.files = files;
        var in = new Frames(file("epoch"), 0, 0).next();
        epoch = SegmentFile.epoch(Malformed.ifNone(in, "epoch is damaged"));
        var rings = new ArrayList<byte[]>();
        files.forEach((path, bytes) -> {
            if (path.startsWith(epoch + "/journal/")) {
                rings.add(bytes);
            }
        });
        journal = new JournalFiles(rings, epoch);
        var first = mark("marks-0");
        var second = mark("marks-1");
        mark = first == null || (second != null && second.number > first.number) ? second : first;
    }

    private byte[] file(String path) {
        return Malformed.ifNone(files.get(path), path + " is not there");
    }

    private @Nullable Mark mark(String name) {
        if (!files.containsKey(epoch + "/" + name)) {
            return null;
        }
        var file = file(epoch + "/" + name);
        long number = Frames.positionAt(file, 0);
        var in = new Frames(file, number, 0).next();
        if (in == null) {
            return null;
        }
        Malformed.unless(in.text(4, StandardCharsets.US_ASCII).equals("DRMM"), "magic");
        Malformed.unless(in.u8() == 1, "version");
        boolean isClean = in.u8() == 1;
        long position = in.u64();
        var figures = StoreFigures.read(in);
        var sets = StoreSets.readAll(in);
        var streams = new ArrayList<Stream>();
        for (int i = 0; i < 3; i++) {
            streams.add(
                    new Stream(
                            in.varint(),
                            HexFormat.of().formatHex(in.take(16)),
                            in.varint(),
                            in.varint()));
        }
        in.end("mark");
        return new Mark(number, isClean, position, figures, sets, streams);
    }

    /** The items of a stream by number; a later segment counts from its first number on. */
    NavigableMap<Long, SegmentFile.Item> items(String stream) {
        return items.computeIfAbsent(stream, this::read);
    }

    private NavigableMap<Long, SegmentFile.Item> read(String stream) {
        var byNumber = new TreeMap<Long, SegmentFile>();
        files.forEach((path, bytes) -> {
            var prefix = epoch + "/" + stream + "/";
            if (path.startsWith(prefix)) {
                var segment = new SegmentFile(path.substring(prefix.length()), bytes);
                Malformed.unless(segment.epoch.equals(epoch), "a segment of another epoch");
                byNumber.put(segment.number, segment);
            }
        });
        var items = new TreeMap<Long, SegmentFile.Item>();
        for (var segment : byNumber.values()) {
            segments.add(segment);
            if (!segment.items.isEmpty()) {
                items.tailMap(segment.items.getFirst().sequence(), true).clear();
            }
            segment.items.forEach(item -> items.put(item.sequence(), item));
        }
        return items;
    }
}
