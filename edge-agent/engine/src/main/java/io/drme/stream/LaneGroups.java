package io.drme.stream;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Lanes of which several become one: those of one group, and of one function. Immutable. */
final class LaneGroups {
    private final int[] groupOf;
    private final int[][] members;

    private LaneGroups(int[] groupOf, int[][] members) {
        this.groupOf = groupOf;
        this.members = members;
    }

    /** What lanes of one group have in common. */
    enum By {
        /** Nothing: they all become one. */
        ALL,
        /** The first word of the tag. */
        DEVICE,
        /** The rest of the tag. */
        PATH;

        private String of(Lane lane) {
            return switch (this) {
                case ALL -> "";
                case DEVICE -> DerivedName.of("{device}", lane.source(), "");
                case PATH -> DerivedName.of("{path}", lane.source(), "");
            };
        }
    }

    /**
     * Groups lanes.
     *
     * @param order indexes of lanes in the order that they have within their group
     */
    static LaneGroups of(List<Lane> lanes, By by, List<Integer> order) {
        var groups = new LinkedHashMap<String, List<Integer>>();
        for (int i : order) {
            var lane = lanes.get(i);
            groups.computeIfAbsent(by.of(lane) + " " + lane.function(), _ -> new ArrayList<>())
                    .add(i);
        }
        var groupOf = new int[lanes.size()];
        var members = new int[groups.size()][];
        int group = 0;
        for (var member : groups.values()) {
            members[group] = member.stream().mapToInt(i -> i).toArray();
            for (int i : member) {
                groupOf[i] = group;
            }
            group++;
        }
        return new LaneGroups(groupOf, members);
    }

    int count() {
        return members.length;
    }

    /** The group of a lane. */
    int groupOf(int lane) {
        return groupOf[lane];
    }

    /** The lanes of a group, in order; the live array. */
    int[] members(int group) {
        return members[group];
    }

    /** What a group becomes: a lane named after its first, whose values hold if all do. */
    List<Lane> results(List<Lane> lanes) {
        var results = new ArrayList<Lane>();
        for (var member : members) {
            var first = lanes.get(member[0]);
            boolean held = true;
            for (int lane : member) {
                held &= lanes.get(lane).held();
            }
            results.add(
                    new Lane(first.source(), first.function(), first.type(), held, first.unit()));
        }
        return List.copyOf(results);
    }
}
