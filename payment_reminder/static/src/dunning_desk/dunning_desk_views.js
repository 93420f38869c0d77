import { registry } from "@web/core/registry";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

import { DunningDeskBanner } from "./dunning_desk_banner";

export class DunningDeskListRenderer extends ListRenderer {
    static template = "payment_reminder.DunningDeskListRenderer";
    static components = { ...ListRenderer.components, DunningDeskBanner };
}

export class DunningDeskKanbanRenderer extends KanbanRenderer {
    static template = "payment_reminder.DunningDeskKanbanRenderer";
    static components = { ...KanbanRenderer.components, DunningDeskBanner };
}

registry.category("views").add("dunning_desk_list", {
    ...listView,
    Renderer: DunningDeskListRenderer,
});
registry.category("views").add("dunning_desk_kanban", {
    ...kanbanView,
    Renderer: DunningDeskKanbanRenderer,
});
