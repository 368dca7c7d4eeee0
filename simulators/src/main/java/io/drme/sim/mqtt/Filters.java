package io.drme.sim.mqtt;

/** Topics and filters (MQTT 5, 4.7). Pure. */
final class Filters {
    private Filters() {}

    /** Whether a topic matches a filter. */
    static boolean matches(String filter, String topic) {
        var wanted = filter.split("/", -1);
        var words = topic.split("/", -1);
        if (topic.startsWith("$") && (wanted[0].equals("+") || wanted[0].equals("#"))) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("#")) {
                return true;
            }
            if (i >= words.length || !(wanted[i].equals("+") || wanted[i].equals(words[i]))) {
                return false;
            }
        }
        return wanted.length == words.length;
    }

    /** Whether a filter has the form that the protocol asks for. */
    static boolean isValid(String filter) {
        var words = filter.split("/", -1);
        for (int i = 0; i < words.length; i++) {
            boolean wild = words[i].contains("+") || words[i].contains("#");
            boolean whole = words[i].equals("+") || (words[i].equals("#") && i == words.length - 1);
            if (wild && !whole) {
                return false;
            }
        }
        return !filter.isEmpty() && filter.indexOf(0) < 0;
    }
}
