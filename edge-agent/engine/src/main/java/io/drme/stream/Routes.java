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

    /**
     * Where a pipeline takes a tag in.
     *
     * @param pipeline its index
     * @param stage index of the operator that reads it
     * @param lane index that the sample has there
     */
    record Route(int tag, int pipeline, int stage, int lane) {}

    /** Pipeline, stage and lane of each place that reads a tag, tag by tag. */
    private final int[] places;

    /** Of each tag where its places begin; those of the next begin where they end. */
    private final int[] begins;

    /** Makes the routes; they are given in the order of their pipelines. */
    Routes(List<Route> routes) {
        int tags = routes.stream().mapToInt(Route::tag).max().orElse(-1) + 1;
        begins = new int[tags + 1];
        for (var route : routes) {
            begins[route.tag() + 1] += WIDTH;
        }
        for (int tag = 0; tag < tags; tag++) {
            begins[tag + 1] += begins[tag];
        }
        places = new int[begins[tags]];
        var next = begins.clone();
        for (var route : routes) {
            int at = next[route.tag()];
            places[at] = route.pipeline();
            places[at + 1] = route.stage();
            places[at + 2] = route.lane();
            next[route.tag()] = at + WIDTH;
        }
    }

    /** Whether every tag is taken in where it is by another. */
    boolean isSame(Routes other) {
        return Arrays.equals(places, other.places) && Arrays.equals(begins, other.begins);
    }

    /** Pipeline, stage and lane of each place, {@link #WIDTH} numbers each; the live array. */
    int[] places() {
        return places;
    }

    /** By tag, where its places begin; those of the last with any end at the end. Live. */
    int[] begins() {
        return begins;
    }

    /** Where the places that read a tag begin. */
    int begin(int tag) {
        return tag < begins.length ? begins[tag] : places.length;
    }

    /** Where they end. */
    int end(int tag) {
        return begin(tag + 1);
    }
}
