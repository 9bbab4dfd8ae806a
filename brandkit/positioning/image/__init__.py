"""The banks' image from respondents' answers: places with regions, claims with proof."""
