package io.drme.edge.config;

import io.drme.config.Node;
import java.util.Map;

/**
 * Writes nodes as YAML again, includes and tag files in place: the form of {@code last-good.yaml}.
 */
final class NodeWriter {
    private static final String INDENT = "  ";

    private NodeWriter() {}

    /** A text that reads back as the same mapping. */
    static String write(Node.Mapping top) {
        var out = new StringBuilder();
        mapping(top, 0, out);
        return out.toString();
    }

    private static void mapping(Node.Mapping mapping, int depth, StringBuilder out) {
        for (Map.Entry<String, Node.Entry> entry : mapping.entries().entrySet()) {
            out.append(INDENT.repeat(depth));
            quote(entry.getKey(), out);
            out.append(':');
            below(entry.getValue().value(), depth + 1, out);
        }
    }

    private static void below(Node node, int depth, StringBuilder out) {
        switch (node) {
            case Node.Scalar scalar -> {
                out.append(' ');
                scalar(scalar, out);
                out.append('\n');
            }
            case Node.Sequence sequence -> {
                out.append(sequence.items().isEmpty() ? " []\n" : "\n");
                for (var item : sequence.items()) {
                    out.append(INDENT.repeat(depth)).append('-');
                    below(item, depth + 1, out);
                }
            }
            case Node.Mapping mapping -> {
                out.append(mapping.entries().isEmpty() ? " {}\n" : "\n");
                mapping(mapping, depth, out);
            }
        }
    }

    private static void scalar(Node.Scalar scalar, StringBuilder out) {
        quote(scalar.text(), out);
    }

    /** Double quotes with JSON's escapes: the one YAML style that can carry any text. */
    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\x%02x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
