import { Component, useState, useSubEnv } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { getDefaultConfig, View } from "@web/views/view";
import { listView } from "@web/views/list/list_view";
import { ListController } from "@web/views/list/list_controller";

/** A list within the form of a run: its buttons change the run's figures, too. */
export class RunListController extends ListController {
    async afterExecuteActionButton(clickParams) {
        await super.afterExecuteActionButton(clickParams);
        await this.env.reloadDunningRun?.();
    }
}

registry.category("views").add("dunning_run_list", {
    ...listView,
    Controller: RunListController,
});

/** What the figures of a run say: the lists are read again when they change. */
const FIGURES = [
    "state",
    "proposed_count",
    "waiting_count",
    "sent_count",
    "skipped_count",
    "problem_count",
];

/**
 * The notices of a run, or what was left out, as a list of its own: grouped, in pages,
 * and with a selection. The form itself reads none of the rows, so that it opens as
 * fast with 20,000 of them.
 */
export class RunList extends Component {
    static template = "payment_reminder.RunList";
    static components = { View };
    static props = {
        ...standardWidgetProps,
        resModel: String,
        domain: { type: Array, optional: true },
        groupBy: { type: String, optional: true },
        isReviewed: { type: Boolean, optional: true },
    };
    static defaultProps = { domain: [], isReviewed: false };

    setup() {
        this.action = useService("action");
        this.selection = useState({ key: "", resIds: [] });
        useSubEnv({
            config: getDefaultConfig(),
            reloadDunningRun: () => this.reload(),
        });
        this.selectRecord = this.openRecord.bind(this);
        this.onSelectionChanged = (resIds) => {
            Object.assign(this.selection, { key: this.key, resIds });
        };
        this.cachedKey = null;
    }

    get key() {
        const { record } = this.props;
        return [record.resId, ...FIGURES.map((name) => record.data[name])].join();
    }

    /** Props stay the same objects until the run has changed: then the list is new. */
    get viewProps() {
        if (this.cachedKey !== this.key) {
            this.cachedKey = this.key;
            this.cachedProps = this.makeViewProps();
        }
        return this.cachedProps;
    }

    /** What is ticked, in the list as it stands now. */
    get selected() {
        return this.selection.key === this.key ? this.selection.resIds : [];
    }

    makeViewProps() {
        const { props } = this;
        const type = this.env.isSmall ? "kanban" : "list";
        const viewProps = {
            type,
            resModel: props.resModel,
            views: [
                [false, type],
                [false, "search"],
            ],
            domain: [["run_id", "=", props.record.resId], ...props.domain],
            groupBy: props.groupBy && !this.env.isSmall ? [props.groupBy] : [],
            context: { dunning_in_run: true },
            display: { controlPanel: false },
            selectRecord: this.selectRecord,
        };
        if (type === "list") {
            viewProps.allowSelectors = this.canDecide;
            viewProps.onSelectionChanged = this.onSelectionChanged;
        }
        return viewProps;
    }

    get canDecide() {
        const { record, isReviewed, readonly } = this.props;
        return Boolean(isReviewed && !readonly && record.data.proposed_count);
    }

    openRecord(resId, { activeIds } = {}) {
        this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: this.props.resModel,
                res_id: resId,
                views: [[false, "form"]],
            },
            { props: { resIds: activeIds || [resId] } }
        );
    }

    async decide(name) {
        await this.action.doActionButton({
            type: "object",
            name,
            resModel: this.props.resModel,
            resId: this.selected[0],
            resIds: this.selected,
            context: {},
            onClose: () => this.reload(),
        });
    }

    async reload() {
        await this.props.record.load();
    }
}

registry.category("view_widgets").add("dunning_run_list", {
    component: RunList,
    extractProps: ({ attrs, options }) => ({
        resModel: attrs.model,
        domain: options.domain || [],
        groupBy: attrs.group_by,
        isReviewed: Boolean(options.reviewed),
    }),
    fieldDependencies: [
        { name: "state", type: "selection" },
        ...FIGURES.slice(1).map((name) => ({ name, type: "integer" })),
    ],
});
