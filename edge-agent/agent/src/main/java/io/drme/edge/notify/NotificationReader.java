package io.drme.edge.notify;

import io.drme.alarm.Priority;
import io.drme.config.Section;
import io.drme.edge.notify.NotificationConfig.Email;
import io.drme.edge.notify.NotificationConfig.Filter;
import io.drme.edge.notify.NotificationConfig.Limits;
import io.drme.edge.notify.NotificationConfig.Output;
import io.drme.edge.notify.NotificationConfig.Way;
import io.drme.edge.notify.NotificationConfig.Webhook;
import io.drme.model.TagName;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the entries of {@code notifications:}. */
final class NotificationReader {
    /** An alarm of yesterday is history, and the plant's page has it. */
    static final Duration EXPIRE = Duration.ofDays(1);

    /** More than ten alarms in ten minutes are a flood; a person reads five messages a minute. */
    static final int DIGEST_ABOVE = 5;

    static final Duration DIGEST_WITHIN = Duration.ofMinutes(1);

    /** A message a minute over an hour; mail servers and chats begin to refuse above. */
    static final int MESSAGES = 60;

    static final Duration MESSAGES_WITHIN = Duration.ofHours(1);

    /** So many entries; each has a queue on disk. */
    static final int MOST_RECEIVERS = 32;

    private static final int MOST_ADDRESSES = 50;
    private static final int MOST_HEADERS = 16;
    private static final Duration MOST_EXPIRE = Duration.ofDays(7);
    private static final int MOST_DIGEST_ABOVE = 100;
    private static final int MOST_MESSAGES = 1_000;
    private static final int SMTPS_PORT = 465;
    private static final int SUBMISSION_PORT = 587;
    private static final int MOST_PORT = 65_535;
    private static final List<String> WAYS = List.of("webhook", "email", "output");
    private static final Pattern NAME = Pattern.compile("[a-z0-9-_.]{1,64}");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Pattern ADDRESS =
            Pattern.compile("[^\\s@<>\",;]{1,64}@[^\\s@<>\",;]{1,255}");

    private NotificationReader() {}

    static List<NotificationConfig> readAll(
            Section top, Path data, Function<TagName, Optional<String>> unfit) {
        var all = new ArrayList<NotificationConfig>();
        var sections = top.sections("notifications");
        if (sections.size() > MOST_RECEIVERS) {
            top.problem(
                    "notifications",
                    "%d receivers; at most %d".formatted(sections.size(), MOST_RECEIVERS));
        }
        sections.forEach((name, section) -> read(name, section, data, unfit).ifPresent(all::add));
        return List.copyOf(all);
    }

    private static Optional<NotificationConfig> read(
            String name, Section section, Path data, Function<TagName, Optional<String>> unfit) {
        if (!NAME.matcher(name).matches()) {
            section.problems()
                    .add(
                            section.where(),
                            section.path(),
                            "'%s' is not a name; expected 1 to 64 of a-z 0-9 - _ ."
                                    .formatted(name));
        }
        var way = way(section, unfit);
        way.ifPresent(w -> checkSecrets(section, w, data));
        boolean isOutput = way.isPresent() && way.get() instanceof Output;
        var filter =
                new Filter(
                        section.choice("priority", Priority.LOW),
                        section.texts("tag"),
                        section.texts("area"),
                        isOutput ? EnumSet.allOf(Occasion.class) : occasions(section),
                        isOutput || section.bool("local", false));
        var limits = isOutput ? Limits.defaults() : limits(section);
        var language = isOutput ? Language.EN : section.choice("language", Language.EN);
        section.done();
        return way.map(w -> new NotificationConfig(name, w, filter, limits, language));
    }

    private static Optional<Way> way(Section section, Function<TagName, Optional<String>> unfit) {
        var given = WAYS.stream().filter(section::has).toList();
        if (given.size() != 1) {
            section.problems()
                    .add(
                            section.where(),
                            section.path(),
                            given.isEmpty()
                                    ? "says not how to reach the receiver; add one of webhook, email, output"
                                    : "has %s; one way an entry, so make an entry for each"
                                            .formatted(String.join(" and ", given)));
            return Optional.empty();
        }
        var way = section.section(given.getFirst());
        return switch (given.getFirst()) {
            case "webhook" -> way.flatMap(NotificationReader::webhook);
            case "email" -> way.flatMap(NotificationReader::email);
            default -> way.flatMap(s -> output(s, unfit));
        };
    }

    private static void checkSecrets(Section section, Way way, Path data) {
        var own = section.section(way.kind());
        switch (way) {
            case Webhook w -> {
                w.secretFile()
                        .ifPresent(f -> own.ifPresent(s -> checkSecret(s, "secret-file", f, data)));
                own.flatMap(s -> s.section("headers"))
                        .ifPresent(h -> w.headers().forEach((n, f) -> checkSecret(h, n, f, data)));
            }
            case Email e ->
                    e.passwordFile()
                            .ifPresent(f ->
                                    own.ifPresent(s -> checkSecret(s, "password-file", f, data)));
            case Output _ -> {}
        }
    }

    private static void checkSecret(Section section, String key, Path file, Path data) {
        SecretText.unfit(file, data).ifPresent(why -> section.problem(key, why));
    }

    private static Optional<Way> webhook(Section section) {
        var text = section.requiredText("url");
        var ca = file(section, "ca");
        var secret = file(section, "secret-file");
        var headers = headers(section);
        section.done();
        if (text.isBlank()) {
            return Optional.empty();
        }
        var url = url(section, text, "https", "http", "https://alerts.acme.example/drme");
        return url.map(u -> new Webhook(u, ca, secret, headers));
    }

    /** An address of one of two schemes, the open one for this machine only. */
    private static Optional<URI> url(
            Section section, String text, String secure, String open, String example) {
        var key = section.has("url") ? "url" : "server";
        URI url;
        try {
            url = new URI(text.strip());
        } catch (URISyntaxException _) {
            section.problem(key, "'%s' is not an address such as %s".formatted(text, example));
            return Optional.empty();
        }
        boolean known = secure.equals(url.getScheme()) || open.equals(url.getScheme());
        if (!known || url.getHost() == null || url.getPort() > MOST_PORT) {
            section.problem(key, "'%s' is not an address such as %s".formatted(text, example));
            return Optional.empty();
        }
        if (url.getRawUserInfo() != null) {
            section.problem(
                    key,
                    "names a user; secrets stand in files: remove it, and use %s"
                            .formatted(key.equals("url") ? "headers" : "user and password-file"));
            return Optional.empty();
        }
        if (open.equals("http") && open.equals(url.getScheme()) && !isLoopback(url.getHost())) {
            section.problem(
                    key,
                    "'%s' leaves this machine without TLS; use https://, with ca: where the authority is the plant's own"
                            .formatted(text));
            return Optional.empty();
        }
        return Optional.of(url);
    }

    /** Whether a host is this machine, so that nobody reads along. */
    static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private static Map<String, Path> headers(Section section) {
        var headers = new LinkedHashMap<String, Path>();
        var given = section.section("headers");
        if (given.isEmpty()) {
            return Map.of();
        }
        var names = List.copyOf(given.get().keys());
        if (names.size() > MOST_HEADERS) {
            section.problem(
                    "headers", "%d of them; at most %d".formatted(names.size(), MOST_HEADERS));
        }
        for (var name : names) {
            if (!HEADER.matcher(name).matches()) {
                given.get().problem(name, "is not the name of a header, such as Authorization");
            }
            file(given.get(), name).ifPresent(f -> headers.put(name, f));
        }
        return Map.copyOf(headers);
    }

    private static Optional<Way> email(Section section) {
        var server = section.requiredText("server");
        var ca = file(section, "ca");
        var user = section.text("user");
        var password = file(section, "password-file");
        if (user.isPresent() && password.isEmpty()) {
            section.problem("user", "has no password-file; name the file that holds the password");
        }
        if (user.isEmpty() && password.isPresent()) {
            section.problem("password-file", "has no user; add user, or remove the file");
        }
        var from = section.requiredText("from");
        addresses(section, "from", List.of(from));
        var to = section.texts("to");
        if (to.isEmpty()) {
            section.missing("to", "add an address, or a list of them");
        }
        if (to.size() > MOST_ADDRESSES) {
            section.problem("to", "%d addresses; at most %d".formatted(to.size(), MOST_ADDRESSES));
        }
        addresses(section, "to", to);
        section.done();
        if (server.isBlank()) {
            return Optional.empty();
        }
        var url = url(section, server, "smtps", "smtp", "smtp://mail.acme.example:587");
        return url.map(u -> {
            boolean tls = "smtps".equals(u.getScheme());
            int port = u.getPort() > 0 ? u.getPort() : tls ? SMTPS_PORT : SUBMISSION_PORT;
            return new Email(u.getHost(), port, tls, ca, user, password, from, List.copyOf(to));
        });
    }

    private static void addresses(Section section, String key, List<String> addresses) {
        for (var address : addresses) {
            if (!address.isBlank() && !ADDRESS.matcher(address).matches()) {
                section.problem(
                        key,
                        "'%s' is not an address such as shift@acme.example".formatted(address));
            }
        }
    }

    private static Optional<Way> output(
            Section section, Function<TagName, Optional<String>> unfit) {
        var tag = section.requiredText("tag");
        var mode = section.choice("mode", Output.Mode.HORN);
        section.done();
        if (tag.isBlank()) {
            return Optional.empty();
        }
        if (!TagName.isValid(tag)) {
            section.problem("tag", "'%s' is not a tag such as cabinet/horn".formatted(tag));
            return Optional.empty();
        }
        var name = new TagName(tag);
        unfit.apply(name).ifPresent(why -> section.problem("tag", "'%s' %s".formatted(tag, why)));
        return Optional.of(new Output(name, mode));
    }

    private static Set<Occasion> occasions(Section section) {
        var words = section.texts("on");
        if (words.isEmpty()) {
            if (section.has("on")) {
                section.problem("on", "is empty; allowed: " + allowed());
            }
            return EnumSet.of(Occasion.RAISED, Occasion.ESCALATED, Occasion.RETURNED);
        }
        var found = EnumSet.noneOf(Occasion.class);
        for (var word : words) {
            Occasion.ofText(word)
                    .ifPresentOrElse(
                            found::add,
                            () ->
                                    section.problem(
                                            "on",
                                            "'%s' is not known; allowed: %s"
                                                    .formatted(word, allowed())));
        }
        return found;
    }

    private static String allowed() {
        return Arrays.stream(Occasion.values())
                .map(Occasion::text)
                .collect(Collectors.joining(", "));
    }

    private static Limits limits(Section section) {
        var usual = Limits.defaults();
        var expire = section.duration("expire", usual.expire(), Duration.ofMinutes(1), MOST_EXPIRE);
        int above = usual.digestAbove();
        var within = usual.digestWithin();
        var digest = section.section("digest");
        if (digest.isPresent()) {
            above = (int) digest.get().integer("above", above, 1, MOST_DIGEST_ABOVE);
            within =
                    digest.get()
                            .duration("within", within, Duration.ofSeconds(1), Duration.ofHours(1));
            digest.get().done();
        }
        int messages = usual.messages();
        var per = usual.within();
        var limit = section.section("limit");
        if (limit.isPresent()) {
            messages = (int) limit.get().integer("messages", messages, 1, MOST_MESSAGES);
            per = limit.get().duration("within", per, Duration.ofMinutes(1), Duration.ofDays(1));
            limit.get().done();
        }
        return new Limits(expire, above, within, messages, per);
    }

    private static Optional<Path> file(Section section, String key) {
        return section.parsed(
                key,
                "the path of a file",
                text -> {
                    try {
                        return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
                    } catch (InvalidPathException _) {
                        return Optional.empty();
                    }
                });
    }
}
