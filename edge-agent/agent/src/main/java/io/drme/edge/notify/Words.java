package io.drme.edge.notify;

import io.drme.config.Quantities;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Messages in words: a subject of one line and a text, for mail and for {@code text} of webhooks.
 *
 * @param gateway who speaks
 * @param site where it stands; may be empty
 */
record Words(String gateway, String site) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /** One line, without line breaks, whatever people wrote into the configuration. */
    String subject(Message message, Language language, String receiver) {
        var subject =
                switch (message.kind()) {
                    case TEST -> "[%s] %s".formatted(gateway, language.test.formatted(receiver));
                    case DIGEST ->
                            "[%s] %s"
                                    .formatted(
                                            gateway,
                                            language.digest.formatted(
                                                    message.count(),
                                                    time(message.firstAtNanos()),
                                                    time(message.lastAtNanos())));
                    case ALARM -> {
                        var notice = message.top().getFirst();
                        yield "[%s] %s %s: %s (%s)"
                                .formatted(
                                        gateway,
                                        language.of(notice.priority()).toUpperCase(Locale.ROOT),
                                        language.of(notice.occasion()),
                                        notice.message(),
                                        notice.tag().text());
                    }
                };
        return subject.replaceAll("\\p{Cntrl}+", " ");
    }

    /** The whole, in lines. */
    String text(Message message, Language language, String receiver) {
        var lines = new ArrayList<String>();
        switch (message.kind()) {
            case TEST -> lines.add(language.test.formatted(receiver));
            case ALARM -> lines.addAll(detail(message.top().getFirst(), language));
            case DIGEST -> lines.addAll(digest(message, language));
        }
        lines.add("");
        lines.add(
                "%s: %s%s"
                        .formatted(
                                language.gateway,
                                gateway,
                                site.isEmpty() ? "" : " (" + site + ")"));
        return String.join("\n", lines) + "\n";
    }

    private static List<String> digest(Message message, Language language) {
        var lines = new ArrayList<String>();
        lines.add(
                language.digest.formatted(
                        message.count(),
                        time(message.firstAtNanos()),
                        time(message.lastAtNanos())));
        var priorities = new ArrayList<String>();
        message.byPriority().entrySet().stream()
                .sorted((a, b) -> b.getKey().compareTo(a.getKey()))
                .forEach(e -> priorities.add(language.of(e.getKey()) + " " + e.getValue()));
        var occasions = new ArrayList<String>();
        message.byOccasion().entrySet().stream()
                .sorted((a, b) -> a.getKey().compareTo(b.getKey()))
                .forEach(e -> occasions.add(language.of(e.getKey()) + " " + e.getValue()));
        lines.add(String.join(", ", priorities));
        lines.add(String.join(", ", occasions));
        lines.add("");
        lines.add(language.top + ":");
        for (var notice : message.top()) {
            lines.add(
                    "  %s %s: %s (%s)%s"
                            .formatted(
                                    language.of(notice.priority()).toUpperCase(Locale.ROOT),
                                    language.of(notice.occasion()),
                                    notice.message(),
                                    notice.tag().text(),
                                    notice.action().isEmpty() ? "" : " – " + notice.action()));
        }
        int more = message.count() - message.top().size();
        if (more > 0) {
            lines.add("  " + language.more.formatted(more));
        }
        return lines;
    }

    private static List<String> detail(Notice notice, Language language) {
        var lines = new ArrayList<String>();
        lines.add(
                "%s %s: %s"
                        .formatted(
                                language.of(notice.priority()).toUpperCase(Locale.ROOT),
                                language.of(notice.occasion()),
                                notice.message()));
        lines.add("");
        add(lines, language.action, notice.action());
        add(lines, language.tag, notice.tag().text());
        add(
                lines,
                language.value,
                notice.isLocal()
                        ? language.hidden
                        : notice.value() == null ? "" : notice.value() + " " + notice.unit());
        add(lines, language.time, time(notice.atNanos()) + " UTC");
        add(lines, language.cause, notice.cause());
        add(lines, language.consequence, notice.consequence());
        if (notice.respondWithinNanos() > 0) {
            add(
                    lines,
                    language.respondWithin,
                    Quantities.text(Duration.ofNanos(notice.respondWithinNanos())));
        }
        add(lines, language.by, notice.by());
        add(lines, language.comment, notice.comment());
        return lines;
    }

    private static void add(List<String> lines, String what, String value) {
        if (!value.isBlank()) {
            lines.add(what + ": " + value.strip());
        }
    }

    private static String time(long epochNanos) {
        return TIME.format(Instant.EPOCH.plusNanos(epochNanos));
    }
}
