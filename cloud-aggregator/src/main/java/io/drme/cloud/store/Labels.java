package io.drme.cloud.store;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A gateway's labels in one column: a line each, {@code key=value}. */
final class Labels {
    private Labels() {}

    static String write(Map<String, String> labels) {
        var text = new StringBuilder();
        new TreeMap<>(labels)
                .forEach((key, value) ->
                        text.append(key.replace('\n', ' ').replace('=', '-'))
                                .append('=')
                                .append(value.replace('\n', ' '))
                                .append('\n'));
        return text.toString();
    }

    static SortedMap<String, String> read(String text) {
        var labels = new TreeMap<String, String>();
        text.lines()
                .forEach(line -> {
                    int equals = line.indexOf('=');
                    if (equals > 0) {
                        labels.put(line.substring(0, equals), line.substring(equals + 1));
                    }
                });
        return labels;
    }
}
