package io.drme.driver.mqtt;

import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
     */
    record Subscription(BrokerLink.Request request, List<Integer> tags) {}

    private final List<Bound> tags;
    private final List<Subscription> subscriptions;
    private final Map<String, List<Bound>> byTopic = new HashMap<>();

    /** The subscription of each tag, by position. */
    private final int[] idOf;

    Routes(List<Bound> tags) {
        this.tags = List.copyOf(tags);
        this.idOf = new int[tags.size()];
        this.subscriptions = subscriptions(tags);
        for (var subscription : subscriptions) {
            subscription.tags().forEach(position -> idOf[position] = subscription.request().id());
        }
        tags.forEach(tag ->
                byTopic.computeIfAbsent(tag.address().topic().text(), _ -> new ArrayList<>())
                        .add(tag));
    }

    /**
     * One for each topic; those that another one brings along get none of their own, so that no
     * message comes twice.
     */
    private static List<Subscription> subscriptions(List<Bound> tags) {
        var byFilter = new LinkedHashMap<TopicFilter, List<Bound>>();
        tags.stream()
                .sorted(Comparator.comparing((Bound tag) -> tag.address().topic().isOneTopic()))
                .forEach(tag -> {
                    var own = tag.address().topic();
                    var served =
                            byFilter.keySet().stream()
                                    .filter(filter -> filter.covers(own))
                                    .findFirst()
                                    .orElse(own);
                    byFilter.computeIfAbsent(served, _ -> new ArrayList<>()).add(tag);
                });
        var subscriptions = new ArrayList<Subscription>();
        byFilter.forEach((filter, served) -> {
            int qos = served.stream().mapToInt(tag -> tag.address().qos()).max().orElse(0);
            boolean retained =
                    served.stream()
                            .anyMatch(tag -> tag.address().retained() != MqttAddress.Retained.SKIP);
            subscriptions.add(
                    new Subscription(
                            new BrokerLink.Request(
                                    subscriptions.size() + 1, filter.text(), qos, retained),
                            served.stream().map(Bound::position).toList()));
        });
        return List.copyOf(subscriptions);
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
}
