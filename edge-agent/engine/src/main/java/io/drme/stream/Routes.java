package io.drme.stream;

import java.util.Arrays;
import java.util.List;

/**
 * Which pipelines read a tag, and where: so that a batch is looked through once, however many
 * pipelines there are.
 */
final class Routes {
    /** Numbers that a route takes. */
    static final int WIDTH = 3;

    private static final int[] NOWHERE = {};

    /**
     * Where a pipeline takes a tag in.
     *
     * @param pipeline its index
     * @param stage index of the operator that reads it
     * @param lane index that the sample has there
     */
    record Route(int tag, int pipeline, int stage, int lane) {}

    private final int[][] ofTag;

    /** Makes the routes; they are given in the order of their pipelines. */
    Routes(List<Route> routes) {
        int highest = routes.stream().mapToInt(Route::tag).max().orElse(-1);
        ofTag = new int[highest + 1][];
        Arrays.fill(ofTag, NOWHERE);
        for (var route : routes) {
            var old = ofTag[route.tag()];
            var grown = Arrays.copyOf(old, old.length + WIDTH);
            grown[old.length] = route.pipeline();
            grown[old.length + 1] = route.stage();
            grown[old.length + 2] = route.lane();
            ofTag[route.tag()] = grown;
        }
    }

    /** Whether every tag is taken in where it is by another. */
    boolean isSame(Routes other) {
        for (int tag = 0; tag < Math.max(ofTag.length, other.ofTag.length); tag++) {
            if (!Arrays.equals(of(tag), other.of(tag))) {
                return false;
            }
        }
        return true;
    }

    /** Pipeline, stage and lane of each place that reads a tag, one after the other. */
    int[] of(int tag) {
        return tag < ofTag.length ? ofTag[tag] : NOWHERE;
    }
}
