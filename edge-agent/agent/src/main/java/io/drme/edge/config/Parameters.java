package io.drme.edge.config;

import io.drme.config.Node;
import io.drme.config.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills a profile's parameters into its text: {@code ${name}}, or whole-number arithmetic over
 * names such as {@code ${base + 100}} with {@code + - * /} and parentheses.
 */
final class Parameters {
    private static final Pattern PLACE = Pattern.compile("\\$\\{([^}]*)}");

    private final Map<String, String> values;
    private final Problems problems;

    Parameters(Map<String, String> values, Problems problems) {
        this.values = Map.copyOf(values);
        this.problems = problems;
    }

    /** A copy of a node with every placeholder filled in; what can't be filled is a problem. */
    Node fill(Node node, String path) {
        return switch (node) {
            case Node.Scalar scalar ->
                    new Node.Scalar(scalar.where(), text(scalar, path), scalar.quoted());
            case Node.Sequence sequence -> {
                var items = new ArrayList<Node>();
                for (var item : sequence.items()) {
                    items.add(fill(item, path + "[" + items.size() + "]"));
                }
                yield new Node.Sequence(sequence.where(), items);
            }
            case Node.Mapping mapping -> {
                var entries = new LinkedHashMap<String, Node.Entry>();
                mapping.entries()
                        .forEach((key, entry) ->
                                entries.put(
                                        key,
                                        new Node.Entry(
                                                entry.keyWhere(),
                                                fill(entry.value(), path + "." + key))));
                yield new Node.Mapping(mapping.where(), entries);
            }
        };
    }

    private String text(Node.Scalar scalar, String path) {
        var matcher = PLACE.matcher(scalar.text());
        var filled = new StringBuilder();
        while (matcher.find()) {
            var inside = matcher.group(1).strip();
            var value = Optional.ofNullable(values.get(inside)).or(() -> arithmetic(inside));
            if (value.isEmpty()) {
                problems.add(
                        scalar.where(),
                        path,
                        "'${%s}' can't be filled in; parameters here: %s; give it under 'with:' of the profile or the device"
                                .formatted(
                                        inside,
                                        values.isEmpty()
                                                ? "none"
                                                : String.join(
                                                        ", ",
                                                        values.keySet().stream()
                                                                .sorted()
                                                                .toList())));
            }
            matcher.appendReplacement(filled, Matcher.quoteReplacement(value.orElse("0")));
        }
        return matcher.appendTail(filled).toString();
    }

    private Optional<String> arithmetic(String text) {
        try {
            var sum = new Arithmetic(text);
            long result = sum.sum();
            sum.expectEnd();
            return Optional.of(Long.toString(result));
        } catch (ArithmeticException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    /**
     * Recursive descent over sums, products and atoms; overflow and a wrong form are arithmetic
     * exceptions.
     */
    private final class Arithmetic {
        private final String text;
        private int at;

        Arithmetic(String text) {
            this.text = text;
        }

        long sum() {
            long left = product();
            while (true) {
                if (take('+')) {
                    left = Math.addExact(left, product());
                } else if (take('-')) {
                    left = Math.subtractExact(left, product());
                } else {
                    return left;
                }
            }
        }

        private long product() {
            long left = atom();
            while (true) {
                if (take('*')) {
                    left = Math.multiplyExact(left, atom());
                } else if (take('/')) {
                    left = Math.divideExact(left, atom());
                } else {
                    return left;
                }
            }
        }

        private long atom() {
            if (take('(')) {
                long inside = sum();
                if (!take(')')) {
                    throw new ArithmeticException("')' is missing");
                }
                return inside;
            }
            if (take('-')) {
                return Math.negateExact(atom());
            }
            int start = at;
            while (at < text.length()
                    && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
                at++;
            }
            var word = text.substring(start, at);
            return Long.decode(values.getOrDefault(word, word));
        }

        private boolean take(char wanted) {
            skipBlanks();
            if (at < text.length() && text.charAt(at) == wanted) {
                at++;
                skipBlanks();
                return true;
            }
            return false;
        }

        private void skipBlanks() {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
        }

        void expectEnd() {
            if (at != text.length()) {
                throw new ArithmeticException("something follows");
            }
        }
    }
}
