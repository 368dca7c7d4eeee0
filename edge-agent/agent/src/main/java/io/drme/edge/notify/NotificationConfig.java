package io.drme.edge.notify;

import io.drme.alarm.Priority;
import io.drme.config.Section;
import io.drme.model.Glob;
import io.drme.model.TagName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One entry of {@code notifications:}: whom to tell, and of what.
 *
 * @param name 1 to 64 of {@code [a-z0-9-_.]}, unique
 * @param way how the receiver is reached
 * @param filter of what it is told
 * @param limits how often, and for how long it is tried
 * @param language of the message
 */
public record NotificationConfig(
        String name, Way way, Filter filter, Limits limits, Language language) {

    /** How a receiver is reached. */
    public sealed interface Way {
        /** The word in the file. */
        String kind();

        /** Where it leads, without anything secret. */
        String target();
    }

    /**
     * JSON to a web server.
     *
     * @param url {@code https}, or {@code http} on this machine
     * @param ca PEM file with the authority of its certificate; the system's where absent
     * @param secretFile holds the key with which messages are signed
     * @param headers to be sent, each from the file that holds its value
     */
    public record Webhook(
            URI url, Optional<Path> ca, Optional<Path> secretFile, Map<String, Path> headers)
            implements Way {
        @Override
        public String kind() {
            return "webhook";
        }

        /** Host and port only: the path of many a webhook is its password. */
        @Override
        public String target() {
            return url.getScheme() + "://" + url.getRawAuthority();
        }
    }

    /**
     * A mail server.
     *
     * @param host name or address
     * @param port 1 to 65535
     * @param tls from the first byte on; otherwise by STARTTLS, but on this machine
     * @param ca PEM file with the authority of its certificate; the system's where absent
     * @param user whom to sign in as
     * @param passwordFile there exactly with {@code user}
     * @param from the sender's address
     * @param to the receivers' addresses, at least one
     */
    public record Email(
            String host,
            int port,
            boolean tls,
            Optional<Path> ca,
            Optional<String> user,
            Optional<Path> passwordFile,
            String from,
            List<String> to)
            implements Way {
        @Override
        public String kind() {
            return "email";
        }

        @Override
        public String target() {
            return String.join(", ", to);
        }
    }

    /**
     * An output of this gateway.
     *
     * @param tag boolean, with {@code access: write}
     * @param mode what it shows
     */
    public record Output(TagName tag, Mode mode) implements Way {
        /** What an output shows. */
        public enum Mode {
            /** Sounds while something is not acknowledged, and falls silent by a person's act. */
            HORN,
            /** Blinks while something is not acknowledged, is steady while something stands. */
            LAMP,
            /** Steady while something is not acknowledged or stands; for lamps behind relays. */
            STEADY_LAMP
        }

        @Override
        public String kind() {
            return "output";
        }

        @Override
        public String target() {
            return tag.text();
        }
    }

    /**
     * Of what a receiver is told.
     *
     * @param least the least urgent priority
     * @param tags globs over {@code device/path}; all where empty
     * @param areas first words of tags; all where empty
     * @param occasions at least one
     * @param local whether also of tags that never leave the site
     */
    public record Filter(
            Priority least,
            List<String> tags,
            List<String> areas,
            Set<Occasion> occasions,
            boolean local) {

        /** Whether an alarm of this kind concerns the receiver, whatever happens to it. */
        boolean concerns(Priority priority, TagName tag, boolean isLocal) {
            return priority.compareTo(least) >= 0
                    && (local || !isLocal)
                    && (areas.isEmpty() || areas.contains(tag.device()))
                    && (tags.isEmpty()
                            || tags.stream().anyMatch(g -> Glob.of(g).matches(tag.text())));
        }

        boolean takes(Notice notice) {
            return occasions.contains(notice.occasion())
                    && concerns(notice.priority(), notice.tag(), notice.isLocal());
        }
    }

    /**
     * How often a receiver is told, and for how long it is tried.
     *
     * @param expire what is older is dropped, counted; 1 m to 7 d
     * @param digestAbove of more messages in {@code digestWithin} one is made; 1 to 100
     * @param digestWithin 1 s to 1 h
     * @param messages so many leave in {@code within} at most; 1 to 1,000
     * @param within 1 m to 1 d
     */
    public record Limits(
            Duration expire,
            int digestAbove,
            Duration digestWithin,
            int messages,
            Duration within) {
        static Limits defaults() {
            return new Limits(
                    NotificationReader.EXPIRE,
                    NotificationReader.DIGEST_ABOVE,
                    NotificationReader.DIGEST_WITHIN,
                    NotificationReader.MESSAGES,
                    NotificationReader.MESSAGES_WITHIN);
        }
    }

    /**
     * Reads {@code notifications:} below {@code top}; what is wrong is noted in its problems, and
     * the entry is left out.
     *
     * @param data the agent's directory, in which no secret may lie
     * @param unfit why a tag can't be the output of a horn or lamp, and what to do; nothing where
     *     it can
     */
    public static List<NotificationConfig> readAll(
            Section top, Path data, Function<TagName, Optional<String>> unfit) {
        return NotificationReader.readAll(top, data, unfit);
    }
}
