"""What model hubs give: folders and names that are not torchvision's, brought to what camdash reads."""
