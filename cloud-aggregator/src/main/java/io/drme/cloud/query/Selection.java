package io.drme.cloud.query;

import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.model.Glob;
import java.util.Map;
import java.util.Optional;

/**
 * Which part of the fleet a question is about.
 *
 * @param match over {@code gateway/device/path}
 * @param site over the gateway's site path; empty means any
 * @param label key and value that the gateway must carry; empty means any
 */
public record Selection(
        String match, Optional<Glob> site, Optional<Map.Entry<String, String>> label) {
    /** All of it. */
    public static final Selection ALL = new Selection("**", Optional.empty(), Optional.empty());

    /** Whether the gateway is of the site and carries the label. */
    public boolean includes(Gateway gateway) {
        return isOf(gateway.site())
                && label.map(l -> l.getValue().equals(gateway.labels().get(l.getKey())))
                        .orElse(true);
    }

    /**
     * Whether a site is meant: by the glob, and by {@code acme/**} also {@code acme} itself, so
     * that who asks for all of a site has the gateways that stand at its top too.
     */
    public boolean isOf(String path) {
        return site.map(s -> s.matches(path) || (isWhole(s) && s.matches(path + "/"))).orElse(true);
    }

    private static boolean isWhole(Glob glob) {
        return glob.toString().endsWith("/**");
    }

    /** Whether any tag of the gateway can match; cheap, and true where in doubt. */
    public boolean mayMatch(String gateway) {
        int slash = match.indexOf('/');
        var first = slash < 0 ? match : match.substring(0, slash);
        return first.contains("**") || Glob.of(first).matches(gateway);
    }

    /** The only gateway whose tags can match; empty where there may be several. */
    public Optional<String> only() {
        int slash = match.indexOf('/');
        var first = slash < 0 ? "*" : match.substring(0, slash);
        return first.matches("[A-Za-z0-9._-]+") ? Optional.of(first) : Optional.empty();
    }

    /** The pattern over full names, compiled. */
    public Glob pattern() {
        return Glob.of(match);
    }
}
