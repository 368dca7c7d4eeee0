package io.drme.sim.modbus;

import io.drme.sim.record.BadRecordingException;
import io.drme.sim.record.Line;
import io.drme.sim.record.LineWriter.Piece;
import io.drme.sim.record.RecordingReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a timeline of the lines of a recording. */
final class TimelineReader {
    /** More exchanges than these are refused: they would not find room in memory. */
    static final int MOST_EXCHANGES = 500_000;

    private static final int MOST_PDU_BYTES = 253;
    private static final int MOST_WORD = 0xFFFF;
    private static final int MOST_UNIT = 255;

    private final Timeline timeline = new Timeline();
    private final Map<Long, Timeline.Opening> open = new HashMap<>();

    /** The same bytes once: most requests and many answers come again and again. */
    private final Map<ByteBuffer, byte[]> known = new HashMap<>();

    private int exchanges;

    private TimelineReader() {}

    /** Reads to the end. */
    static Timeline read(RecordingReader recording) throws IOException {
        var reader = new TimelineReader();
        for (var line = recording.next(); line.isPresent(); line = recording.next()) {
            reader.take(line.get());
        }
        reader.open.values().forEach(reader.timeline::add);
        reader.timeline.sort();
        return reader.timeline;
    }

    private void take(Line line) throws BadRecordingException {
        long at = line.nanos("at");
        switch (line.kind()) {
            case "open" ->
                    open.put(
                            connection(line),
                            new Timeline.Opening(at, false, Timeline.Opening.NEVER, false));
            case "refused" -> timeline.add(new Timeline.Opening(at, true, 0, true));
            case "exchange" -> exchange(line, at);
            case "end" -> end(line, at);
            default -> {
                // "over" says how long it is; kinds of later versions are no matter here.
            }
        }
        timeline.reaches(at);
    }

    private static long connection(Line line) throws BadRecordingException {
        return line.number("conn", 0, Integer.MAX_VALUE);
    }

    private void end(Line line, long at) throws BadRecordingException {
        var opening = open.remove(connection(line));
        if (opening == null) {
            return;
        }
        boolean byItself = line.text("by").equals("device") && !line.has("during");
        timeline.add(
                byItself
                        ? new Timeline.Opening(
                                opening.atNanos(),
                                false,
                                at - opening.atNanos(),
                                line.text("how").equals("reset"))
                        : opening);
    }

    private void exchange(Line line, long at) throws BadRecordingException {
        if (++exchanges > MOST_EXCHANGES) {
            throw new BadRecordingException(
                    "%s: more than %d exchanges; record for a shorter time, or cut the file"
                            .formatted(line.where(), MOST_EXCHANGES));
        }
        int unit = (int) line.number("unit", 0, MOST_UNIT);
        timeline.add(unit, pdu(line, "request"), outcome(line, at));
    }

    private RecordedExchange outcome(Line line, long at) throws BadRecordingException {
        if (line.has("answer")) {
            return RecordedExchange.answered(
                    at,
                    line.nanos("after"),
                    pdu(line, "answer"),
                    (int) line.number("transaction", -MOST_WORD, MOST_WORD, 0),
                    (int) line.number("answer-unit", 0, MOST_UNIT, -1));
        }
        if (line.has("pieces")) {
            return RecordedExchange.inPieces(
                    at, pieces(line), (int) line.number("id", 0, MOST_WORD, 0));
        }
        var end =
                Optional.of(line.text("end"))
                        .flatMap(Timeline::outcome)
                        .orElseThrow(() -> line.missing("end", "left, silent, closed or reset"));
        return RecordedExchange.ended(at, line.nanos("after"), end);
    }

    private List<Piece> pieces(Line line) throws BadRecordingException {
        var pieces = new ArrayList<Piece>();
        for (var piece : line.pieces("pieces")) {
            pieces.add(new Piece(piece.afterNanos(), once(piece.bytes())));
        }
        return List.copyOf(pieces);
    }

    private byte[] pdu(Line line, String field) throws BadRecordingException {
        var bytes = line.bytes(field);
        if (bytes.length == 0 || bytes.length > MOST_PDU_BYTES) {
            throw line.missing(field, "1 to %d bytes in hexadecimal".formatted(MOST_PDU_BYTES));
        }
        return once(bytes);
    }

    private byte[] once(byte[] bytes) {
        return known.computeIfAbsent(ByteBuffer.wrap(bytes), _ -> bytes);
    }
}
