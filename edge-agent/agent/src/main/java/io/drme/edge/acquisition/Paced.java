package io.drme.edge.acquisition;

import java.util.List;

/**
 * A device as the one who slows it down sees it.
 *
 * @param device its name
 * @param polled whether it is asked; one that tells by itself has its deadbands widened
 * @param tags indexes of its tags in the gateway's table
 * @param weight the greatest weight of a pipeline that depends on one of its tags; 0 where none
 *     does
 */
public record Paced(String device, boolean polled, List<Integer> tags, int weight) {}
