import django.db.models.deletion
from django.db import migrations, models


def keep_promises(apps, schema_editor):
    """Whoever was invited had the bonus: it stays hers from the day on which the campaign was announced."""
    Campaign = apps.get_model("commissions", "Campaign")
    Invitation = apps.get_model("commissions", "Invitation")
    for campaign in Campaign.objects.prefetch_related("creators"):
        Invitation.objects.bulk_create(
            Invitation(
                campaign=campaign, influencer=creator, told_at=campaign.announced_at, answer="accepted",
                answered_at=campaign.announced_at,
            )
            for creator in campaign.creators.all()
        )


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0009_let_words_of_who_left_be_emptied'),
        ('influencers', '0012_pause_codes_and_mark_adverts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('declined', 'Declined')], max_length=10)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='commissions.campaign')),
                ('influencer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='influencers.influencer')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('told_at__isnull', True)), fields=['id'], name='invitations_to_tell')],
                'constraints': [
                    models.UniqueConstraint(fields=('campaign', 'influencer'), name='one_invitation_per_campaign_and_creator'),
                    models.CheckConstraint(condition=models.Q(('answer', ''), ('answered_at__isnull', False), _connector='OR'), name='an_answer_has_its_moment'),
                ],
            },
        ),
        migrations.RunPython(keep_promises, migrations.RunPython.noop),
        migrations.RemoveField(model_name='campaign', name='creators'),
        migrations.AddField(
            model_name='campaign',
            name='creators',
            field=models.ManyToManyField(blank=True, related_name='campaigns', through='commissions.Invitation', to='influencers.influencer'),
        ),
    ]
