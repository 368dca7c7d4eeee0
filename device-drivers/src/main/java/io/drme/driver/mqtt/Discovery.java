package io.drme.driver.mqtt;

import io.drme.driver.FoundTag;
import io.drme.driver.TagTemplate;
import io.drme.model.TagName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tags that come to be by messages on topics that a template's pattern matches: asks for them,
 * holds back what came meanwhile, and says no to what is too much or has no name. Guarded by the
 * driver's lock.
 */
final class Discovery {
    /** The most messages that are held back until their tags are there. */
    static final int MAX_HELD = 1_024;

    /** The most names given up whose places are free again; beyond them they use up max-tags. */
    static final int MAX_GIVEN_UP = 10_000;

    /** What stands between a message and a tag. */
    enum Obstacle {
        /** The template has made as many as it may. */
        TOO_MANY("more topics than max-tags allows; those that came later are left out"),
        /** The words of the topic make no name of a tag. */
        NO_NAME("topics whose words make no name of a tag; they are left out"),
        /** Another topic has the name already. */
        SAME_NAME("topics that come to the same name as another; the first has it"),
        /** The gateway did not take the tag. */
        GIVEN_UP("topics that the gateway did not take as tags; its log says why");

        private final String text;

        Obstacle(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private final List<TagTemplate> templates;
    private final Map<TagName, String> topicOf = new HashMap<>();
    private final Set<String> bound = new HashSet<>();
    private final int[] made;
    private final Map<TagName, FoundTag> wanted = new LinkedHashMap<>();
    private final Map<TagName, FoundTag> asked = new HashMap<>();
    private final Set<TagName> givenUp = new HashSet<>();
    private final List<Held> held = new ArrayList<>();
    private final Map<Obstacle, Long> refused = new EnumMap<>(Obstacle.class);
    private long dropped;

    /** A message that waits for its tag. */
    private record Held(TagName tag, Outcome outcome, long timeNanos, boolean kept) {}

    Discovery(List<TagTemplate> templates) {
        this.templates = List.copyOf(templates);
        this.made = new int[templates.size()];
    }

    List<TagTemplate> templates() {
        return templates;
    }

    /** Whether the tag that a template makes of a topic is there, and read. */
    boolean has(TagTemplate template, String topic) {
        return bound.contains(key(template, topic));
    }

    private static String key(TagTemplate template, String topic) {
        return template.pattern() + " " + topic;
    }

    /** A tag of a template is there, with its topic. */
    void bound(TagTemplate template, TagName name, String topic) {
        if (topicOf.put(name, topic) == null) {
            made[templates.indexOf(template)]++;
        }
        wanted.remove(name);
        asked.remove(name);
        bound.add(key(template, topic));
    }

    /**
     * A message on a topic for which there is no tag of a template yet; only a good value makes
     * one.
     */
    void heard(TagTemplate template, String topic, Arrival like) {
        var words = ((MqttAddress) template.like().address()).topic().match(topic);
        var name = words.flatMap(w -> TagWords.name(template, w));
        if (name.isEmpty()) {
            refuse(Obstacle.NO_NAME);
            return;
        }
        var other = topicOf.get(name.get());
        if (other != null && !other.equals(topic)) {
            refuse(Obstacle.SAME_NAME);
        } else if (givenUp.contains(name.get())) {
            refuse(Obstacle.GIVEN_UP);
        } else if (other != null) {
            hold(name.get(), like);
        } else if (like.outcome() instanceof Outcome.Good) {
            int at = templates.indexOf(template);
            if (made[at] >= template.most()) {
                refuse(Obstacle.TOO_MANY);
                return;
            }
            made[at]++;
            topicOf.put(name.get(), topic);
            var address = ((MqttAddress) template.like().address()).at(topic);
            wanted.put(
                    name.get(), new FoundTag(template, topic, template.tag(name.get(), address)));
            hold(name.get(), like);
        }
    }

    private void refuse(Obstacle obstacle) {
        refused.merge(obstacle, 1L, Long::sum);
    }

    private void hold(TagName name, Arrival like) {
        if (held.size() < MAX_HELD) {
            held.add(new Held(name, like.outcome(), like.timeNanos(), like.kept()));
        } else {
            dropped++;
        }
    }

    /** Those that nobody was asked for yet. */
    List<FoundTag> take() {
        var all = List.copyOf(wanted.values());
        asked.putAll(wanted);
        wanted.clear();
        return all;
    }

    void giveUp(Collection<TagName> names) {
        for (var name : names) {
            var found = asked.remove(name);
            if (found != null) {
                givenUp.add(name);
                if (givenUp.size() <= MAX_GIVEN_UP) {
                    made[templates.indexOf(found.template())]--;
                    topicOf.remove(name);
                }
            }
        }
        held.removeIf(h -> givenUp.contains(h.tag()));
    }

    /** What was held back of a tag that is there now, oldest first. */
    List<Arrival> release(TagName name, int position) {
        var arrivals = new ArrayList<Arrival>();
        held.removeIf(h -> {
            boolean own = h.tag().equals(name);
            if (own) {
                arrivals.add(new Arrival(position, h.timeNanos(), h.outcome(), h.kept()));
            }
            return own;
        });
        return arrivals;
    }

    /** How many messages were lost because too many were held back. */
    long dropped() {
        return dropped;
    }

    /** What a person should know; empty where nothing was refused. */
    String note() {
        return refused.keySet().stream()
                .map(Obstacle::text)
                .reduce((a, b) -> a + "; " + b)
                .orElse("");
    }

    /** The same with its figures. */
    String counts() {
        var text = new StringBuilder();
        refused.forEach((obstacle, count) ->
                text.append("; ").append(count).append(" messages on ").append(obstacle.text()));
        if (dropped > 0) {
            text.append("; ").append(dropped).append(" messages lost while tags were made");
        }
        return text.toString();
    }
}
