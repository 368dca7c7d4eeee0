package io.drme.driver.mqtt;

import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Which tags a message is for, and what to subscribe to for that. Immutable. */
final class Routes {
    /**
     * One tag.
     *
     * @param position in the device's group, from 0
     * @param tableIndex in the gateway's table
     */
    record Bound(int position, int tableIndex, MqttAddress address, ValueType type) {}

    /**
     * One subscription.
     *
     * @param tags positions of those that it serves
     * @param templates positions of the templates that it serves
     */
    record Subscription(BrokerLink.Request request, List<Integer> tags, List<Integer> templates) {}

    /** Who wants a topic: a tag, or a template that makes tags of it. */
    private record Wish(MqttAddress address, boolean isTag, int position) {}

    /** Births and data must not be lost on the way. */
    private static final int NODE_QOS = 1;

    private final List<Bound> tags;
    private final List<MqttAddress> templates;
    private final List<Subscription> subscriptions;
    private final Map<String, List<Bound>> byTopic = new HashMap<>();

    /** The subscription of each tag, by position. */
    private final int[] idOf;

    /** The subscription of each template, by position. */
    private final int[] idOfTemplate;

    /**
     * Routes of a device.
     *
     * @param templates the addresses of its templates; tags of their topics behind the others do
     *     not change the subscriptions
     */
    Routes(List<Bound> tags, List<MqttAddress> templates) {
        this.tags = List.copyOf(tags);
        this.templates = List.copyOf(templates);
        this.idOf = new int[tags.size()];
        this.idOfTemplate = new int[templates.size()];
        var wishes = new ArrayList<Wish>();
        for (int i = 0; i < templates.size(); i++) {
            wishes.add(new Wish(templates.get(i), false, i));
        }
        tags.stream()
                .filter(tag -> tag.address().metric().isEmpty())
                .forEach(tag -> wishes.add(new Wish(tag.address(), true, tag.position())));
        var all = new ArrayList<>(subscriptions(wishes));
        nodes(tags)
                .forEach((node, served) -> {
                    var request =
                            new BrokerLink.Request(all.size() + 1, node.filter(), NODE_QOS, false);
                    all.add(new Subscription(request, served, List.of()));
                });
        this.subscriptions = List.copyOf(all);
        for (var subscription : subscriptions) {
            int id = subscription.request().id();
            subscription.tags().forEach(position -> idOf[position] = id);
            subscription.templates().forEach(position -> idOfTemplate[position] = id);
        }
        tags.stream()
                .filter(tag -> tag.address().metric().isEmpty())
                .forEach(tag ->
                        byTopic.computeIfAbsent(
                                        tag.address().topic().text(), _ -> new ArrayList<>())
                                .add(tag));
    }

    /** The tags of each Sparkplug node, by position. */
    private static Map<MetricName.Node, List<Integer>> nodes(List<Bound> tags) {
        var nodes = new LinkedHashMap<MetricName.Node, List<Integer>>();
        for (var tag : tags) {
            tag.address()
                    .metric()
                    .ifPresent(m ->
                            nodes.computeIfAbsent(m.node(), _ -> new ArrayList<>())
                                    .add(tag.position()));
        }
        return nodes;
    }

    /**
     * One for each topic; those that another one brings along get none of their own, so that no
     * message comes twice.
     */
    private static List<Subscription> subscriptions(List<Wish> wishes) {
        var byFilter = new LinkedHashMap<TopicFilter, List<Wish>>();
        wishes.stream()
                .sorted(Comparator.comparing((Wish wish) -> wish.address().topic().isOneTopic()))
                .forEach(wish -> {
                    var own = wish.address().topic();
                    var served =
                            byFilter.keySet().stream()
                                    .filter(filter -> filter.covers(own))
                                    .findFirst()
                                    .orElse(own);
                    byFilter.computeIfAbsent(served, _ -> new ArrayList<>()).add(wish);
                });
        var subscriptions = new ArrayList<Subscription>();
        byFilter.forEach((filter, served) ->
                subscriptions.add(
                        new Subscription(
                                request(subscriptions.size() + 1, filter, served),
                                positions(served, true),
                                positions(served, false))));
        return List.copyOf(subscriptions);
    }

    private static BrokerLink.Request request(int id, TopicFilter filter, List<Wish> served) {
        int qos = served.stream().mapToInt(wish -> wish.address().qos()).max().orElse(0);
        boolean retained =
                served.stream().anyMatch(w -> w.address().retained() != MqttAddress.Retained.SKIP);
        return new BrokerLink.Request(id, filter.text(), qos, retained);
    }

    private static List<Integer> positions(List<Wish> wishes, boolean tags) {
        return wishes.stream().filter(w -> w.isTag() == tags).map(Wish::position).toList();
    }

    List<Bound> tags() {
        return tags;
    }

    List<Subscription> subscriptions() {
        return subscriptions;
    }

    /**
     * The tags that a message is for.
     *
     * @param ids of the subscriptions for which it came; empty where the broker does not tell
     */
    List<Bound> of(String topic, List<Integer> ids) {
        var all = byTopic.getOrDefault(topic, List.of());
        if (ids.isEmpty() || all.isEmpty()) {
            return all;
        }
        return all.stream().filter(tag -> ids.contains(idOf[tag.position()])).toList();
    }

    /** The templates whose pattern a topic matches, by position. */
    List<Integer> templatesOf(String topic, List<Integer> ids) {
        if (templates.isEmpty()) {
            return List.of();
        }
        return IntStream.range(0, templates.size())
                .filter(i -> ids.isEmpty() || ids.contains(idOfTemplate[i]))
                .filter(i -> templates.get(i).topic().match(topic).isPresent())
                .boxed()
                .toList();
    }
}
