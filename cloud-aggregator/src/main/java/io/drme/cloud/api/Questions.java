package io.drme.cloud.api;

import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.Selection;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.DatabaseException;
import io.drme.config.Nearest;
import io.drme.model.Glob;
import io.drme.web.Problem;
import io.drme.web.Request;
import io.drme.web.Route;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the routes share: whom a question is about, and what a client is told when it fails. */
final class Questions {
    private static final Logger log = LoggerFactory.getLogger(Questions.class);

    private Questions() {}

    /** A question to the store. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws DatabaseException;
    }

    /** Asks; a database that fails is a 503. */
    static <T> T ask(Question<T> question) {
        try {
            return question.ask();
        } catch (DatabaseException e) {
            log.warn("store=failed {}", e.getMessage());
            throw Problem.unavailable(
                            "store",
                            "the centre's database can't answer now: " + e.getMessage(),
                            "Try again in a moment; if it stays so, look at the database and at the centre's log")
                    .asException();
        }
    }

    /** Takes {@code match}, {@code site} and {@code label}. */
    static Route selecting(Route route) {
        return route.query("match", "glob", "over gateway/device/path; ** where not given")
                .query("site", "glob", "over the gateway's site path, as in acme/**")
                .query("label", "key:value", "a label that the gateway carries");
    }

    static Selection selection(Request request) {
        return new Selection(
                request.query("match").orElse("**"),
                request.query("site").map(Glob::of),
                request.query("label").map(Questions::label));
    }

    /** A label that a gateway must carry, as {@code key:value}. */
    static Map.Entry<String, String> label(String text) {
        int colon = text.indexOf(':');
        if (colon < 1) {
            throw Problem.badParameter(
                            "label",
                            "'%s' names no label".formatted(shortened(text)),
                            "key:value, as in line:1")
                    .asException();
        }
        return Map.entry(text.substring(0, colon), text.substring(colon + 1));
    }

    /** A gateway by its id; a 404 that names the nearest where there is none. */
    static Gateway gateway(Fleet fleet, String id) throws DatabaseException {
        var found = fleet.gateway(id);
        if (found.isPresent()) {
            return found.get();
        }
        var known = fleet.gateways(Selection.ALL).stream().map(Gateway::name).toList();
        var near = Nearest.to(id, known);
        throw Problem.notFound(
                        "gateway",
                        "no gateway '%s' was ever connected here".formatted(shortened(id)),
                        near.map(n -> "Did you mean '%s'? ".formatted(n)).orElse("")
                                + "/api/v1/gateways lists them")
                .asException();
    }

    /** The words of {@code text}, in small letters; empty where none is given. */
    static List<String> words(Request request) {
        var text = request.query("text").orElse("").strip();
        return text.isEmpty()
                ? List.of()
                : List.of(text.toLowerCase(Locale.ROOT).split("\\s+", -1));
    }

    /** Whether some fields hold all words, in whatever case. */
    static boolean hold(List<String> words, String... fields) {
        var all = String.join(" ", fields).toLowerCase(Locale.ROOT);
        return words.stream().allMatch(all::contains);
    }

    static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    /** A span of time by {@code from} and {@code to}. */
    static Optional<Problem> emptySpan(long from, long to) {
        return from < to
                ? Optional.empty()
                : Optional.of(
                        Problem.badParameter(
                                "to", "the end is not after the start", "a time after 'from'"));
    }
}
