package io.drme.block;

import io.drme.model.ValueType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Packs a column of texts: the different texts in order of first use, then each one's number. A
 * text is UTF-8, or UTF-16 where half a surrogate pair makes UTF-8 lossy.
 *
 * <p>Confined to its owner, as it holds scratch arrays.
 */
final class TextCodec {
    private final LongCodec longs;
    private final Map<String, Integer> numbers = new HashMap<>();
    private long[] indexes = {};

    TextCodec(LongCodec longs) {
        this.longs = longs;
    }

    /** Appends the first {@code count} texts. */
    void encode(@Nullable String[] texts, int count, ByteSink out) {
        if (indexes.length < count) {
            indexes = new long[count];
        }
        numbers.clear();
        var distinct = new String[count];
        for (int i = 0; i < count; i++) {
            var given = texts[i];
            var text = given == null ? "" : given;
            int next = numbers.size();
            var known = numbers.putIfAbsent(text, next);
            indexes[i] = known == null ? next : known;
            if (known == null) {
                distinct[next] = text;
            }
        }
        out.putVarint(numbers.size());
        for (int i = 0; i < numbers.size(); i++) {
            put(distinct[i], out);
        }
        longs.encode(indexes, count, out);
        numbers.clear();
    }

    /** Appends one text: its length in bytes × 2, plus 1 for UTF-16, and its bytes. */
    static void put(String text, ByteSink out) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        boolean lossy = !new String(bytes, StandardCharsets.UTF_8).equals(text);
        if (lossy) {
            bytes = new byte[2 * text.length()];
            for (int i = 0; i < text.length(); i++) {
                bytes[2 * i] = (byte) text.charAt(i);
                bytes[2 * i + 1] = (byte) (text.charAt(i) >>> 8);
            }
        }
        out.putVarint((long) bytes.length << 1 | (lossy ? 1 : 0));
        out.putBytes(bytes, 0, bytes.length);
    }

    /** Reads what {@link #put} wrote. */
    static String take(ByteSource in) throws BadBlockException {
        int head = in.takeCount(6 * ValueType.MAX_TEXT_LENGTH + 1, "a text's length");
        int length = head >>> 1;
        int at = in.skip(length);
        String text;
        if ((head & 1) == 0) {
            text = utf8(in.array(), at, length);
        } else if ((length & 1) == 0) {
            var chars = new char[length / 2];
            for (int i = 0; i < chars.length; i++) {
                chars[i] =
                        (char)
                                ((in.array()[at + 2 * i] & 0xFF)
                                        | (in.array()[at + 2 * i + 1] & 0xFF) << 8);
            }
            text = new String(chars);
        } else {
            throw ByteSource.malformed("a text in UTF-16 has an odd number of bytes");
        }
        if (text.length() > ValueType.MAX_TEXT_LENGTH) {
            throw new BadBlockException(
                    BadBlockException.Why.LIMIT,
                    "a text has %d characters, the limit is %d"
                            .formatted(text.length(), ValueType.MAX_TEXT_LENGTH));
        }
        return text;
    }

    private static String utf8(byte[] bytes, int at, int length) throws BadBlockException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, at, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ByteSource.malformed("a text is not UTF-8");
        }
    }

    /** Reads as many texts as {@link #encode} was given. */
    void decode(ByteSource in, @Nullable String[] texts, int count) throws BadBlockException {
        int distinct = in.takeCount(count, "the number of different texts");
        var dictionary = new String[distinct];
        for (int i = 0; i < distinct; i++) {
            dictionary[i] = take(in);
        }
        if (indexes.length < count) {
            indexes = new long[count];
        }
        longs.decode(in, indexes, count);
        for (int i = 0; i < count; i++) {
            if (indexes[i] < 0 || indexes[i] >= distinct) {
                throw ByteSource.malformed("a text has a number beyond the dictionary");
            }
            texts[i] = dictionary[(int) indexes[i]];
        }
    }
}
