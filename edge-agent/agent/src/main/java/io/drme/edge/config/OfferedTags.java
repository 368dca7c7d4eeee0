package io.drme.edge.config;

import io.drme.config.Node;
import io.drme.config.Where;
import io.drme.driver.Offer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a device offers, in the two forms in which a configuration takes tags. Pure. */
public final class OfferedTags {
    private static final Where FOUND = new Where("browse", 1, 1);

    private OfferedTags() {}

    /** As a file for {@code tags: {file: …}} and {@code tags import}. */
    public static String csv(List<Offer> offers) {
        return TagFileWriter.write(tags(offers).entries());
    }

    /** As it stands below a device. */
    public static String yaml(List<Offer> offers) {
        var top = new LinkedHashMap<String, Node.Entry>();
        top.put("tags", new Node.Entry(FOUND, tags(offers)));
        return NodeWriter.write(new Node.Mapping(FOUND, top));
    }

    private static Node.Mapping tags(List<Offer> offers) {
        var tags = new LinkedHashMap<String, Node.Entry>();
        for (var offer : offers) {
            var keys = new LinkedHashMap<String, Node.Entry>();
            for (Map.Entry<String, String> key : offer.keys().entrySet()) {
                keys.put(
                        key.getKey(),
                        new Node.Entry(FOUND, new Node.Scalar(FOUND, key.getValue(), false)));
            }
            tags.put(offer.name(), new Node.Entry(FOUND, new Node.Mapping(FOUND, keys)));
        }
        return new Node.Mapping(FOUND, tags);
    }
}
