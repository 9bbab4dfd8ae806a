"""What customers of banks say: scores, drivers, models, and how sure they are."""

from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness, perceived_alikeness
from brandkit.satisfaction.choice.choice import ChoiceModel, choice_model
from brandkit.satisfaction.drivers.drivers import DriverImportance, driver_importance
from brandkit.satisfaction.ordinal.ordinal import OrdinalModel, ordinal_model
from brandkit.satisfaction.paths.comparison import (
    PathComparison,
    PathPrediction,
    path_comparison,
    path_prediction,
)
from brandkit.satisfaction.paths.design import ACSI, ECSI
from brandkit.satisfaction.paths.paths import (
    ImportancePerformance,
    PathModel,
    importance_performance,
    path_model,
)
from brandkit.satisfaction.scores.pooling import PartialPooling, partial_pooling
from brandkit.satisfaction.scores.reliability import ScaleReliability, scale_reliability
from brandkit.satisfaction.scores.scores import (
    GroupComparison,
    SatisfactionScores,
    group_comparison,
    satisfaction_scores,
)
from brandkit.satisfaction.scores.weights import SurveyWeights, survey_weights
from brandkit.satisfaction.segments.segments import CustomerSegments, customer_segments
from brandkit.satisfaction.service.extended import ExtendedServices, extended_services
from brandkit.satisfaction.service.penalty import PenaltyReward, penalty_reward
from brandkit.satisfaction.service.service import (
    ServicePriorities,
    ServiceQuality,
    service_priorities,
    service_quality,
)

__all__ = [
    "ACSI",
    "ECSI",
    "ChoiceModel",
    "CustomerSegments",
    "DriverImportance",
    "ExtendedServices",
    "GroupComparison",
    "ImportancePerformance",
    "OrdinalModel",
    "PartialPooling",
    "PathComparison",
    "PathModel",
    "PathPrediction",
    "PenaltyReward",
    "PerceivedAlikeness",
    "SatisfactionScores",
    "ScaleReliability",
    "ServicePriorities",
    "ServiceQuality",
    "SurveyWeights",
    "choice_model",
    "customer_segments",
    "driver_importance",
    "extended_services",
    "group_comparison",
    "importance_performance",
    "ordinal_model",
    "partial_pooling",
    "path_comparison",
    "path_model",
    "path_prediction",
    "penalty_reward",
    "perceived_alikeness",
    "satisfaction_scores",
    "scale_reliability",
    "service_priorities",
    "service_quality",
    "survey_weights",
]
