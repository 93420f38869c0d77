from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class InterestRegime(models.Model):
    """Which regime applies to whom."""

    # one concept, one file
    _inherit = "interest.regime"  # pylint: disable=consider-merging-classes-inherited

    # === WHETHER IT IS IN USE === #

    @api.constrains("active")
    def _check_unused(self):
        for regime in self.filtered(lambda one: not one.active):
            regime._check_not_used_by(regime._find_user())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for regime in self:
            claims = self.env["dunning.claim"].sudo()
            told = claims.search([("regime_id", "=", regime.id)], limit=1)
            regime._check_not_used_by(regime._find_user() or told)

    def _check_not_used_by(self, user):
        """Raise if something is found that uses the regime.

        :param user: a record of any model, or none
        """
        if user:
            raise ValidationError(
                self.env._(
                    "Interest is claimed by '%(regime)s': it is chosen for %(user)s. "
                    "Choose another one there first.",
                    regime=self.name,
                    user=user.display_name,
                )
            )

    def _find_user(self):
        """Return a procedure, open invoice or customer that the regime is chosen for.

        :rtype: odoo.models.BaseModel | None
        """
        self.ensure_one()
        procedures = self.env["dunning.procedure"].sudo()
        chosen = Domain("interest_business_id", "=", self.id)
        chosen |= Domain("interest_consumer_id", "=", self.id)
        moves = self.env["account.move"].sudo()
        late = Domain("interest_regime_id", "=", self.id)
        late &= Domain("payment_state", "in", ("not_paid", "partial", "in_payment"))
        return (
            procedures.search(chosen, limit=1)
            or moves.search(late, limit=1)
            or self.env["res.partner"]._find_chooser("interest_regime_id", self)
        )

    # === TO WHOM IT APPLIES === #

    @api.model
    def _get_customer_kind(self, partner):
        """Return what a customer is to the law: 'business' or 'consumer'.

        Somebody of whom the company does not say that it is one counts as a consumer,
        who is owed more care.

        :rtype: str
        """
        return "business" if partner.commercial_partner_id.is_company else "consumer"

    def _applies_to(self, kind, company):
        """Return whether a customer of a kind owes interest by this regime.

        :param str kind: see ``_get_customer_kind``
        :param res.company company: the creditor
        :rtype: bool
        """
        self.ensure_one()
        return (
            self.active
            and self.applies_to in (kind, "both")
            and self.company_id.id in (False, company.id)
        )

    @api.model
    def _get_for_country(self, company, kind):
        """Return the first regime of a company's country that applies to a kind.

        A contract without a choice of law is under that of the seller's country
        (Regulation (EC) 593/2008, article 4(1)).

        :rtype: interest.regime
        """
        country = company.account_fiscal_country_id or company.country_id
        domain = Domain("company_id", "in", [False, company.id])
        domain &= Domain("applies_to", "in", [kind, "both"])
        domain &= Domain("country_ids", "in", country.ids)
        return self.sudo().search(domain, limit=1)

    def _check_choice(self, kind, company, label):
        """Raise unless a person may choose the regime for a kind of customers.

        :param str label: for whom it is chosen
        :raise ValidationError: in words
        """
        scopes = dict(self._fields["applies_to"]._description_selection(self.env))
        for regime in self:
            if regime.company_id.id not in (False, company.id):
                raise ValidationError(
                    self.env._(
                        "'%(regime)s' belongs to %(company)s.",
                        regime=regime.name,
                        company=regime.company_id.name,
                    )
                )
            if regime.applies_to not in (kind, "both"):
                raise ValidationError(
                    self.env._(
                        "'%(regime)s' does not apply to %(label)s (%(scope)s).",
                        regime=regime.name,
                        label=label,
                        scope=scopes[regime.applies_to],
                    )
                )
